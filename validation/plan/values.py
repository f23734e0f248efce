"""Values of a plan: JSON, with a mark where Terraform does not know a value yet."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, Final, TypeAlias

Value: TypeAlias = Any
"""JSON as Terraform writes it, in which any part may be `UNKNOWN`."""

Path: TypeAlias = tuple[str | int, ...]
"""Keys and list positions: ("point_in_time_recovery", 0, "enabled")."""


class Unknown(Enum):
    """The one value that stands for those that are known after apply only."""

    UNKNOWN = "(known after apply)"


UNKNOWN: Final = Unknown.UNKNOWN

HIDDEN: Final = "(sensitive value)"
"""What stands in a redacted plan in place of a secret."""

_LONGEST: Final = 400
"""Characters of a value that are shown; more tell nobody anything."""


def with_unknowns(value: Value, unknown: Value) -> Value:
    """`value` with `UNKNOWN` wherever the mask `unknown`, which has the same shape, holds true."""
    match value, unknown:
        case _, True:
            return UNKNOWN
        case ((Mapping() | None), Mapping()):
            known = value or {}
            merged = {key: with_unknowns(known.get(key), mask) for key, mask in unknown.items()}
            return {**known, **merged} if value is not None or _any_unknown(merged) else None
        case ((list() | None), list()):
            items = [*(value or []), *[None] * (len(unknown) - len(value or []))]
            masks = [*unknown, *[False] * (len(items) - len(unknown))]
            merged_items = [with_unknowns(item, mask) for item, mask in zip(items, masks, strict=True)]
            return merged_items if value is not None or _any_unknown(merged_items) else None
        case _:
            return value


def at(value: Value, path: str) -> Value:
    """The value at a dotted path, passing through blocks that exist once; None where there is nothing.

    `UNKNOWN` or `HIDDEN` where any part of the way is.
    """
    for key in path.split("."):
        value = _only(value)
        if not isinstance(value, Mapping):
            return value if value in (UNKNOWN, HIDDEN) else None
        value = value.get(key)
    return value


def blocks(value: Value, path: str) -> Sequence[Mapping[str, Value]]:
    """The nested blocks at a dotted path; empty where there are none or they are unknown."""
    found = at(value, path)
    return [block for block in found if isinstance(block, Mapping)] if isinstance(found, list) else []


def is_empty(value: Value) -> bool:
    """Whether the value says nothing: null, "", [] and {} are alike to most providers."""
    return value is None or value in ("", [], {})


def differences(before: Value, after: Value, path: Path = ()) -> Iterator[tuple[Path, Value, Value]]:
    """Every innermost value that differs, with its path; nothing is said of null against empty."""
    match before, after:
        case Mapping(), Mapping():
            for key in sorted(before.keys() | after.keys()):
                yield from differences(before.get(key), after.get(key), (*path, key))
        case list(), list() if len(before) == len(after):
            for position, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from differences(old, new, (*path, position))
        case _ if before != after and not (is_empty(before) and is_empty(after)):
            yield path, before, after


def dotted(path: Path) -> str:
    """A path as people write it: point_in_time_recovery[0].enabled."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def shown(value: Value) -> str:
    """The value in one line, shortened where it is long."""
    if value is UNKNOWN:
        return str(UNKNOWN.value)
    text = value if isinstance(value, str) and value else json.dumps(value, default=_words, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"


def _words(value: Value) -> str:
    return str(value.value) if value is UNKNOWN else repr(value)


def _only(value: Value) -> Value:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _any_unknown(value: Value) -> bool:
    match value:
        case Mapping():
            return any(map(_any_unknown, value.values()))
        case list():
            return any(map(_any_unknown, value))
        case _:
            return value is UNKNOWN
