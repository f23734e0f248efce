"""Sets of strings that a policy names by patterns in which `*` stands for any text and `?` for one character."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache


@cache
def covers(general: str, special: str) -> bool:
    """Whether every string that matches `special` also matches `general`.

    True only where that is certain: a `*` of `special` is covered by a `*` of `general` alone.
    """
    position = 0
    star: int | None = None
    taken = 0
    for_star = 0
    while taken < len(special):
        if position < len(general) and general[position] == "*":
            star, for_star = position, taken
            position += 1
        elif position < len(general) and _covers_character(general[position], special[taken]):
            position += 1
            taken += 1
        elif star is not None:
            # The last `*` of `general` takes one character more.
            position = star + 1
            for_star += 1
            taken = for_star
        else:
            return False
    return not general[position:].strip("*")


@cache
def may_meet(one: str, other: str) -> bool:
    """Whether some string matches both patterns."""
    seen: set[tuple[int, int]] = set()
    waiting = [(0, 0)]
    while waiting:
        place = waiting.pop()
        if place in seen:
            continue
        seen.add(place)
        i, j = place
        if not (one[i:] + other[j:]).strip("*"):
            return True
        first, second = one[i : i + 1], other[j : j + 1]
        if first == "*":
            waiting.append((i + 1, j))
        if second == "*":
            waiting.append((i, j + 1))
        if first and second:
            if "*" in (first, second):
                waiting.append((i + (first != "*"), j + (second != "*")))
            elif first == second or "?" in (first, second):
                waiting.append((i + 1, j + 1))
    return False


def _covers_character(general: str, special: str) -> bool:
    return special != "*" and general in ("?", special)


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
