"""A check: a small function that yields findings about one resource, with an id, a title and a severity."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Generic, TypeVar

from validation.framework.result import Finding, Severity, Tier

ContextT = TypeVar("ContextT")

_ID = re.compile(r"([a-z0-9]+)\.[a-z0-9]+(_[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Check(Generic[ContextT]):
    """One thing to verify, on every resource that `resources` names."""

    id: str
    title: str
    severity: Severity
    explanation: str
    """What is compared and why it matters, from the function's docstring."""
    resources: Callable[[ContextT], Sequence[str]]
    examine: Callable[[ContextT, str], Iterable[Finding]]

    def __post_init__(self) -> None:
        match = _ID.fullmatch(self.id)
        if match is None or match.group(1) not in set(Tier):
            raise ValueError(f"check id {self.id!r} must be <tier>.<what>, with a tier of: {', '.join(Tier)}")

    @property
    def tier(self) -> Tier:
        """The first part of the id."""
        return Tier(self.id.partition(".")[0])

    def matches(self, pattern: str) -> bool:
        """Whether `pattern` is the check's tier or a glob of its id."""
        return pattern == self.tier or fnmatchcase(self.id, pattern)


def check(
    id_: str, title: str, *, severity: Severity, each: Callable[[ContextT], Sequence[str]]
) -> Callable[[Callable[[ContextT, str], Iterable[Finding]]], Check[ContextT]]:
    """Turn a function into the check `id_`, which examines every resource that `each` names."""

    def turn(examine: Callable[[ContextT, str], Iterable[Finding]]) -> Check[ContextT]:
        if not examine.__doc__:
            raise ValueError(f"check {id_!r} needs a docstring: what it compares and why")
        return Check(
            id=id_,
            title=title,
            severity=severity,
            explanation=" ".join(examine.__doc__.split()),
            resources=each,
            examine=examine,
        )

    return turn


def select(checks: Iterable[Check[ContextT]], patterns: Sequence[str]) -> tuple[Check[ContextT], ...]:
    """The checks that match any of `patterns`, or all where there is none.

    Raises ValueError for a pattern that matches nothing.
    """
    checks = tuple(checks)
    for pattern in patterns:
        if not any(check.matches(pattern) for check in checks):
            raise ValueError(
                f"--only {pattern}: no check matches. Give a tier ({', '.join(Tier)}) or a glob of ids "
                "such as 's3.*'; --list shows them all"
            )
    return tuple(c for c in checks if not patterns or any(c.matches(pattern) for pattern in patterns))
