"""One plan runs blocking, in asyncio, or is only explained; errors arrive where they belong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import pytest

from tierstore.core.effects import Effect, Plan, Sleep, Together, ask, together
from tierstore.core.runners import AsyncRunner, ExplainRunner, SyncRunner

Run = Callable[[Plan[Any]], Any]


@dataclass(frozen=True, kw_only=True)
class Double(Effect[int]):
    number: int


def carry_out(effect: Effect[Any]) -> int:
    assert isinstance(effect, Double)
    if effect.number < 0:
        raise ValueError(f"{effect.number} is negative")
    return effect.number * 2


async def carry_out_later(effect: Effect[Any]) -> int:
    await asyncio.sleep(0)
    return carry_out(effect)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=1) as executor:
        yield executor


@pytest.fixture(params=["sync", "async"])
def run(request: pytest.FixtureRequest, executor: ThreadPoolExecutor) -> Run:
    if request.param == "sync":
        return SyncRunner(carry_out, lambda: executor).run
    return lambda plan: asyncio.run(AsyncRunner(carry_out_later).run(plan))


def double(number: int) -> Plan[int]:
    return (yield from ask(Double(number=number)))


def test_a_plan_returns_what_it_makes_of_its_answers(run: Run) -> None:
    def plan() -> Plan[int]:
        first = yield from double(1)
        yield Sleep(seconds=0)
        return first + (yield from double(10))

    assert run(plan()) == 22


def test_an_error_is_raised_inside_the_plan_which_may_go_on(run: Run) -> None:
    def plan() -> Plan[int]:
        try:
            return (yield from double(-1))
        except ValueError:
            return (yield from double(3))

    assert run(plan()) == 6


def test_an_error_that_the_plan_does_not_handle_reaches_the_caller(run: Run) -> None:
    with pytest.raises(ValueError, match="-1 is negative"):
        run(double(-1))


def test_plans_together_give_their_results_in_order(run: Run) -> None:
    assert run(together([double(number) for number in range(5)])) == [0, 2, 4, 6, 8]


def test_the_first_error_of_plans_together_is_raised_as_it_is(run: Run) -> None:
    with pytest.raises(ValueError, match="-7 is negative"):
        run(together([double(1), double(-7), double(2)]))


def test_plans_together_may_nest_deeper_than_there_are_threads(run: Run) -> None:
    def tree(depth: int) -> Plan[int]:
        if depth == 0:
            return (yield from double(1))
        parts = yield from together([tree(depth - 1) for _ in range(3)])
        return sum(parts)

    assert run(tree(4)) == 2 * 3**4


def test_plans_together_see_the_callers_context_variables(run: Run) -> None:
    setting = ContextVar("setting", default=0)

    def plan() -> Plan[int]:
        yield Sleep(seconds=0)
        return setting.get()

    setting.set(7)

    assert run(together([plan(), plan(), plan()])) == [7, 7, 7]


def test_explaining_shows_the_first_requests_and_sends_nothing() -> None:
    def plan() -> Plan[int]:
        yield Together(plans=(double(1), double(2)))
        raise AssertionError("nothing is sent, so nothing goes on")

    assert ExplainRunner().run(plan()) == (Double(number=1), Double(number=2))
