"""A service that is away is left alone for a while; its refusals and a caller's hurry open no breaker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tierstore.core.deadlines import deadline
from tierstore.core.effects import Effect
from tierstore.errors import ConflictError, StorageError, ThrottledError, TimedOutError, UnavailableError
from tierstore.resilience.breaker import Breaker
from tierstore.resilience.guarded import AsyncGuarded, Guarded


@dataclass(frozen=True, kw_only=True)
class Ask(Effect[str]):
    pass


@dataclass(frozen=True, kw_only=True)
class LookAtDisk(Effect[str]):
    pass


@dataclass
class Service:
    """Answers, or raises what it is told."""

    problem: StorageError | None = None
    asked: int = 0
    closed: list[str] = field(default_factory=list)

    def carry_out(self, _: Effect[Any], /) -> str:
        self.asked += 1
        if self.problem is not None:
            raise self.problem
        return "yes"

    def close(self) -> None:
        self.closed.append("closed")


@dataclass
class LaterService(Service):
    async def carry_out(self, effect: Effect[Any], /) -> str:  # type: ignore[override]
        return super().carry_out(effect)

    async def close(self) -> None:  # type: ignore[override]
        super().close()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Guard:
    service: Service
    clock: Clock
    ask: Callable[[Effect[Any]], Any]
    close: Callable[[], None]

    def fail(self, times: int, problem: StorageError) -> None:
        self.service.problem = problem
        for _ in range(times):
            with pytest.raises(type(problem)):
                self.ask(Ask())


@pytest.fixture(params=["blocking", "asyncio"])
def guard(request: pytest.FixtureRequest) -> Guard:
    clock = Clock()
    breaker = Breaker("the service", failures=3, rest_seconds=1, clock=clock)
    if request.param == "blocking":
        service = Service()
        blocking = Guarded(service, breaker, request=Ask)
        return Guard(service, clock, blocking.carry_out, blocking.close)
    later = LaterService()
    waiting = AsyncGuarded(later, breaker, request=Ask)
    return Guard(
        later, clock, lambda effect: asyncio.run(waiting.carry_out(effect)), lambda: asyncio.run(waiting.close())
    )


@pytest.mark.parametrize("problem", [UnavailableError("away"), TimedOutError("silent")])
def test_a_service_that_is_away_is_not_asked_until_it_has_rested(guard: Guard, problem: StorageError) -> None:
    guard.fail(3, problem)

    with pytest.raises(UnavailableError, match="the service failed 3 times in a row"):
        guard.ask(Ask())
    assert guard.service.asked == 3

    guard.clock.now += 1
    guard.service.problem = None
    assert [guard.ask(Ask()), guard.ask(Ask())] == ["yes", "yes"]


@pytest.mark.parametrize("problem", [ConflictError("changed"), ThrottledError("slow down")])
def test_a_service_that_refuses_is_there(guard: Guard, problem: StorageError) -> None:
    guard.fail(2, UnavailableError("away"))
    guard.fail(1, problem)
    guard.fail(2, UnavailableError("away"))

    guard.service.problem = None
    assert guard.ask(Ask()) == "yes"


def test_a_caller_in_a_hurry_says_nothing_of_the_service(guard: Guard) -> None:
    with deadline(-1):
        guard.fail(10, TimedOutError("no time left"))

    guard.service.problem = None
    assert guard.ask(Ask()) == "yes"


def test_what_the_service_is_not_needed_for_goes_on_without_it(guard: Guard) -> None:
    guard.fail(3, UnavailableError("away"))
    guard.service.problem = None

    assert guard.ask(LookAtDisk()) == "yes"


def test_closing_closes_what_is_guarded(guard: Guard) -> None:
    guard.close()

    assert guard.service.closed == ["closed"]
