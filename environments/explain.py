"""Turns pydantic's errors into findings in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from environments.problems import FieldPath, Finding
from environments.wording import JsonSchema, allowed, given, one_of, unknown


def explain(error: ValidationError, schema: JsonSchema) -> tuple[Finding, ...]:
    """One finding for each field that pydantic refused; what is allowed there is read from the JSON Schema."""
    findings = [_finding(details["type"], details["loc"], details["input"], schema) for details in error.errors()]
    # A list whose only item was refused is also reported as too short, and a stranger once for each key that it holds.
    return tuple(dict.fromkeys(finding for finding in findings if not _is_above(finding, findings)))


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A place in the file, and what the schema says of it."""

    path: FieldPath
    node: JsonSchema
    """Of the field; of the section around it where the section does not know the field."""
    is_known: bool = True


def _finding(kind: str, location: FieldPath, value: Any, schema: JsonSchema) -> Finding:
    place = _locate(location, schema)
    path, node = place.path, place.node
    if not place.is_known:
        return Finding(path=path, message=unknown(str(path[-1]), node["properties"]))
    match kind:
        case "missing":
            return Finding(path=path, message=f"missing, allowed {allowed(node)}")
        case "union_tag_not_found" | "union_tag_invalid" if isinstance(value, dict):
            key, kinds = node["discriminator"]["propertyName"], node["discriminator"]["mapping"]
            what = given(value[key]) if key in value else "missing"
            return Finding(path=(*path, key), message=f"{what}, allowed {one_of(kinds)}")
        case _:
            return Finding(path=path, message=f"{given(value)}, allowed {allowed(node)}")


def _locate(location: FieldPath, schema: JsonSchema) -> _Place:
    """Follows pydantic's location as far as the schema knows it.

    The location also names the chosen member of a union, which is no part of the path.
    """
    path: FieldPath = ()
    node = schema
    for part in location:
        if "discriminator" in node:
            node = {"$ref": node["discriminator"]["mapping"][part]}
        elif isinstance(part, int):
            path, node = (*path, part), node["items"]
        else:
            path, section = (*path, part), node
            node = section.get("properties", {}).get(part) or section["additionalProperties"]
            if node is False:
                return _Place(path=path, node=section, is_known=False)
        node = _dereferenced(node, schema)
    return _Place(path=path, node=node)


def _dereferenced(node: JsonSchema, schema: JsonSchema) -> JsonSchema:
    # A section that may be left null is either.
    sections = [each for each in node.get("anyOf", ()) if "$ref" in each]
    if len(sections) == 1:
        node = sections[0]
    if "$ref" not in node:
        return node
    definition: JsonSchema = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return definition


def _is_above(finding: Finding, findings: Iterable[Finding]) -> bool:
    depth = len(finding.path)
    return any(len(other.path) > depth and other.path[:depth] == finding.path for other in findings)
