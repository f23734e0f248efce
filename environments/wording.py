"""Says in plain words what was given and what a JSON Schema allows."""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Mapping
from typing import Any

from environments.document import Value

NEAR = 0.7
"""Similarity from which a name counts as a slip of another; below it a suggestion only misleads."""

JsonSchema = Mapping[str, Any]


def given(value: Value) -> str:
    """The value as it stands in the file; a section or list only by its kind."""
    match value:
        case dict():
            return "given a section"
        case list():
            return "given a list" if value else "given an empty list"
        case _:
            return f"given {json.dumps(value, ensure_ascii=False)}"


def one_of(names: Collection[object]) -> str:
    """The names as alternatives: "a, b or c"."""
    *all_but_last, last = map(str, names)
    return f"{', '.join(all_but_last)} or {last}" if all_but_last else last


def unknown(name: str, allowed: Collection[str]) -> str:
    """Says that `name` is none of `allowed`, and which of them is nearest where one is near."""
    nearest = difflib.get_close_matches(name, allowed, n=1, cutoff=NEAR)
    suggestion = f" (did you mean {nearest[0]}?)" if nearest else ""
    return f"unknown{suggestion}, allowed {one_of(sorted(allowed))}"


def allowed(node: JsonSchema) -> str:
    """What a dereferenced node of a JSON Schema allows: "1 to 500", "true or false", "a, b or c"."""
    match node:
        case {"enum": values}:
            return one_of(values)
        case {"const": value}:
            return str(value)
        case {"patternErrorMessage": meaning}:
            return str(meaning)
        case {"anyOf": alternatives}:
            return " or ".join(allowed(alternative) for alternative in alternatives)
        case _:
            return _of_type(node)


def _of_type(node: JsonSchema) -> str:
    match node:
        case {"type": "integer"}:
            return f"a whole number{_range(node)}"
        case {"type": "number"}:
            return f"a number{_range(node)}"
        case {"type": "string", "minLength": shortest}:
            return f"a text of at least {shortest} characters"
        case {"type": "array", "items": items}:
            return f"a list, each item {allowed(items)}"
        case {"type": "object", "properties": properties}:
            return f"a section with the keys {', '.join(properties)}"
        case _:
            return _SIMPLE_TYPES[node.get("type", "object")]


_SIMPLE_TYPES = {"boolean": "true or false", "string": "a text", "null": "null", "object": "a section"}


def _range(node: JsonSchema) -> str:
    match node:
        case {"minimum": least, "maximum": most}:
            return f" from {least} to {most}"
        case {"minimum": least}:
            return f" from {least} up"
        case {"exclusiveMinimum": bound}:
            return f" above {bound}"
        case _:
            return ""
