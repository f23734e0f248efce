"""Turns pydantic's errors into findings in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from environments.problems import FieldPath, Finding
from environments.wording import JsonSchema, allowed, given, one_of, unknown


def explain(error: ValidationError, schema: JsonSchema) -> tuple[Finding, ...]:
    """One finding for each field that pydantic refused; what is allowed there is read from the JSON Schema."""
    findings = [_finding(details["type"], details["loc"], details["input"], schema) for details in error.errors()]
    # A list whose only item was refused is also reported as too short.
    return tuple(finding for finding in findings if not _is_above(finding, findings))


def _finding(kind: str, location: FieldPath, value: Any, schema: JsonSchema) -> Finding:
    match kind:
        case "extra_forbidden":
            path, section = _locate(location[:-1], schema)
            return Finding(path=(*path, location[-1]), message=unknown(str(location[-1]), section["properties"]))
        case "missing":
            path, node = _locate(location, schema)
            return Finding(path=path, message=f"missing, allowed {allowed(node)}")
        case "union_tag_not_found" | "union_tag_invalid":
            path, union = _locate(location, schema)
            key, kinds = union["discriminator"]["propertyName"], union["discriminator"]["mapping"]
            what = given(value[key]) if key in value else "missing"
            return Finding(path=(*path, key), message=f"{what}, allowed {one_of(kinds)}")
        case _:
            path, node = _locate(location, schema)
            return Finding(path=path, message=f"{given(value)}, allowed {allowed(node)}")


def _locate(location: FieldPath, schema: JsonSchema) -> tuple[FieldPath, JsonSchema]:
    """Follows pydantic's location: the path in the file, and what the schema says of it.

    The location also names the chosen member of a union, which is no part of the path.
    """
    path: list[str | int] = []
    node = schema
    for part in location:
        if "discriminator" in node:
            node = {"$ref": node["discriminator"]["mapping"][part]}
        else:
            path.append(part)
            node = node["items"] if isinstance(part, int) else _property(node, part)
        node = _dereferenced(node, schema)
    return tuple(path), node


def _property(node: JsonSchema, key: str) -> JsonSchema:
    found: Mapping[str, Any] = node.get("properties", {}).get(key) or node["additionalProperties"]
    return found


def _dereferenced(node: JsonSchema, schema: JsonSchema) -> JsonSchema:
    if "$ref" not in node:
        return node
    definition: JsonSchema = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return definition


def _is_above(finding: Finding, findings: Iterable[Finding]) -> bool:
    depth = len(finding.path)
    return any(len(other.path) > depth and other.path[:depth] == finding.path for other in findings)
