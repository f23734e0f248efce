"""A table that refuses most of what it is asked is asked little more than it admits, and nobody waits in vain."""

from __future__ import annotations

import random
from contextvars import copy_context
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from tierstore.core.deadlines import deadline
from tierstore.core.effects import Effect, Plan, Sleep
from tierstore.core.pace import Pace
from tierstore.core.retries import standard_retries
from tierstore.errors import ThrottledError

ADMITTED_PER_SECOND = 50.0
LATENCY = 0.005
THINKING = 0.01


@dataclass(frozen=True, kw_only=True)
class Ask(Effect[str]):
    pass


@dataclass
class Table:
    """Admits so many requests a second, whenever they come within it, and refuses the others."""

    rate: float = ADMITTED_PER_SECOND
    permits: float = 0.0
    seen_at: float = 0.0
    admitted: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)

    def ask(self, now: float) -> bool:
        self.permits = min(max(1.0, self.rate * 0.1), self.permits + (now - self.seen_at) * self.rate)
        self.seen_at = now
        if self.permits < 1:
            self.refused.append(now)
            return False
        self.permits -= 1
        self.admitted.append(now)
        return True

    def admitted_between(self, begin: float, end: float) -> int:
        return sum(begin <= moment < end for moment in self.admitted)

    def asked_between(self, begin: float, end: float) -> int:
        return sum(begin <= moment < end for moment in (*self.admitted, *self.refused))


@dataclass
class Callers:
    """Many callers who share a process, and time that passes only for them."""

    table: Table
    pace: Pace | None = None
    now: float = 0.0
    waits: list[float] = field(default_factory=list)
    """How long each operation took, successful or not."""

    def __post_init__(self) -> None:
        self.retries = standard_retries(random.Random(7).random)
        self._order = count()

    def run(self, number: int, *, seconds: float, patience: float | None = None) -> None:
        """Let so many callers call for so long; those of an earlier run are gone."""
        events: list[tuple[float, int, Any, Plan[None]]] = []
        end = self.now + seconds
        for _ in range(number):
            context = copy_context()
            heappush(events, (self.now, next(self._order), (context, None), self._calls(patience)))
        while events and events[0][0] < end:
            self.now, _, (context, outcome), plan = heappop(events)
            if isinstance(outcome, Exception):
                effect = context.run(plan.throw, outcome)
            else:
                effect = context.run(plan.send, outcome)
            if isinstance(effect, Sleep):
                after, outcome = effect.seconds, None
            else:
                after, outcome = LATENCY, "yes" if self.table.ask(self.now) else ThrottledError("slow down")
            heappush(events, (self.now + after, next(self._order), (context, outcome), plan))
        for *_, (context, _), plan in events:
            context.run(plan.close)

    def _calls(self, patience: float | None) -> Plan[None]:
        while True:
            begun = self.now
            try:
                if patience is None:
                    yield from self.retries.retrying(Ask(), self.pace)
                else:
                    with deadline(patience):
                        yield from self.retries.retrying(Ask(), self.pace)
            except ThrottledError:
                pass
            self.waits.append(self.now - begun)
            yield Sleep(seconds=THINKING)


@pytest.fixture
def callers(monkeypatch: pytest.MonkeyPatch) -> Callers:
    callers = Callers(Table())
    callers.pace = Pace(clock=lambda: callers.now)
    monkeypatch.setattr("tierstore.core.deadlines.time", SimpleNamespace(monotonic=lambda: callers.now))
    return callers


def test_without_a_pace_there_would_be_a_storm(callers: Callers) -> None:
    callers.pace = None

    callers.run(100, seconds=10)

    assert callers.table.asked_between(5, 10) > 10 * 5 * ADMITTED_PER_SECOND


@pytest.mark.parametrize(("number", "rate"), [(60, 20.0), (200, 50.0), (500, 500.0)])
def test_callers_ask_little_more_than_a_table_admits_and_use_what_it_admits(
    callers: Callers, number: int, rate: float
) -> None:
    callers.table.rate = rate

    callers.run(number, seconds=40)

    assert callers.table.asked_between(10, 40) / 30 < 1.2 * rate
    assert callers.table.admitted_between(10, 40) / 30 > 0.85 * rate


def test_nobody_waits_past_its_deadline(callers: Callers) -> None:
    callers.run(100, seconds=20, patience=1.0)

    assert len(callers.waits) > 20 * ADMITTED_PER_SECOND
    assert max(callers.waits) < 1.0 + LATENCY
    assert callers.table.asked_between(5, 20) / 15 < 1.2 * ADMITTED_PER_SECOND


def test_capacity_that_comes_back_is_used(callers: Callers) -> None:
    callers.run(200, seconds=10)
    callers.table.rate = 4 * ADMITTED_PER_SECOND

    callers.run(200, seconds=20)

    assert callers.table.admitted_between(20, 30) / 10 > 0.85 * 4 * ADMITTED_PER_SECOND


def test_a_table_that_refuses_nothing_any_more_has_no_limit_in_the_end(callers: Callers) -> None:
    pace = callers.pace
    assert pace is not None
    callers.run(200, seconds=10)
    assert pace.is_limiting
    callers.table.rate = 1000.0

    callers.run(3, seconds=40)

    assert not pace.is_limiting


def test_a_hot_key_with_less_than_half_of_the_requests_slows_nobody_else(callers: Callers) -> None:
    pace = callers.pace
    assert pace is not None
    for request in range(1000):
        callers.now += 0.01
        if request % 5 < 2:
            pace.throttled()
        else:
            pace.admitted += 1
        assert not pace.is_limiting


def test_a_request_whose_turn_comes_too_late_is_refused_unsent(callers: Callers) -> None:
    pace = callers.pace
    assert pace is not None
    for _ in range(20):
        pace.throttled()
    assert all(isinstance(next(pace.turn()), Sleep) for _ in range(500))

    with pytest.raises(ThrottledError, match="which admits 100 a second now, that this one was not sent"):
        next(pace.first_turn())
