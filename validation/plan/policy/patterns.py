"""Sets of strings that a policy names by patterns in which `*` stands for any text and `?` for one character."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@cache
def covers(general: str, special: str) -> bool:
    """Whether every string that matches `special` also matches `general`.

    True only where that is certain: a `*` of `special` is covered by a `*` of `general` alone.
    """
    if not general:
        return not special
    if general[0] == "*":
        return covers(general[1:], special) or bool(special and covers(general, special[1:]))
    if not special or special[0] == "*":
        return False
    return general[0] in ("?", special[0]) and covers(general[1:], special[1:])


@cache
def may_meet(one: str, other: str) -> bool:
    """Whether some string matches both patterns."""
    if not one or not other:
        return not (one + other).strip("*")
    if one[0] == "*":
        return may_meet(one[1:], other) or may_meet(one, other[1:])
    if other[0] == "*":
        return may_meet(other, one)
    return (one[0] == other[0] or "?" in (one[0], other[0])) and may_meet(one[1:], other[1:])


@dataclass(frozen=True)
class Everything:
    """What matches none of some patterns: NotAction, NotResource, NotPrincipal."""

    but: frozenset[str]

    def __str__(self) -> str:
        return f"everything but {', '.join(sorted(self.but))}" if self.but else "*"


Extent = str | Everything
"""One pattern, or everything but some."""


def extent_covers(general: Extent, special: Extent) -> bool:
    """Whether everything in `special` is certainly in `general`."""
    match general, special:
        case str(), str():
            return covers(general, special)
        case Everything(but=but), str():
            return not any(may_meet(excepted, special) for excepted in but)
        case Everything(but=but), Everything(but=special_but):
            return all(any(covers(excepted, each) for excepted in special_but) for each in but)
        case _:
            return general == "*"
