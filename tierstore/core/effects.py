"""What an operation asks of the outside world; whoever runs the operation carries it out."""

from __future__ import annotations

from collections.abc import Generator, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

Answer_co = TypeVar("Answer_co", covariant=True)
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Effect(Generic[Answer_co]):
    """One request to the outside world, whose answer has the type of the parameter."""


Plan: TypeAlias = Generator[Effect[Any], Any, Result]
"""An operation under way: yields effects, is sent their answers, returns its result."""


@dataclass(frozen=True, kw_only=True)
class Sleep(Effect[None]):
    """Wait before going on."""

    seconds: float


@dataclass(frozen=True, kw_only=True)
class Together(Effect[list[Any]]):
    """Run several plans at once; answered with their results in order, or with the first error once all have ended."""

    plans: tuple[Plan[Any], ...]


@dataclass(frozen=True, kw_only=True)
class Once(Effect[Any]):
    """Run the plan, unless one with the same key is under way in this process: then its result, or error, is shared."""

    key: Hashable
    plan: Plan[Any]


@dataclass(frozen=True, kw_only=True)
class InBackground(Effect[None]):
    """Begin the plan and go on; nothing begins while one with the same key is under way. Its error is only logged."""

    key: Hashable
    plan: Plan[Any]


def ask(effect: Effect[Answer_co]) -> Generator[Effect[Any], Any, Answer_co]:
    """Ask for an effect within a plan, keeping the type of its answer."""
    answer: Answer_co = yield effect
    return answer


def together(plans: list[Plan[Result]]) -> Plan[list[Result]]:
    """Run plans of one type at once; their results in order. One plan alone, or none, makes no detour."""
    if not plans:
        return []
    if len(plans) == 1:
        return [(yield from plans[0])]
    results: list[Result] = yield Together(plans=tuple(plans))
    return results
