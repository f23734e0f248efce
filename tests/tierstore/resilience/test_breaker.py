"""A breaker keeps calls away from a dependency that fails, and finds out when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tierstore.errors import UnavailableError
from tierstore.observability.events import BreakerMet
from tierstore.observability.metrics import Tier
from tierstore.observability.watch import Watch, watched_by
from tierstore.resilience.breaker import Breaker


class Clock:
    """A clock that moves when told."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker("redis 10.0.0.1", failures=3, rest_seconds=2, clock=clock)


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.check()
        breaker.failed()


def test_it_stays_closed_below_its_limit(breaker: Breaker) -> None:
    fail(breaker, 2)

    breaker.check()
    assert not breaker.is_open


def test_a_success_in_between_starts_the_count_again(breaker: Breaker) -> None:
    fail(breaker, 2)
    breaker.succeeded()
    fail(breaker, 2)

    assert not breaker.is_open


def test_it_opens_at_its_limit_and_says_when_it_tries_again(breaker: Breaker) -> None:
    fail(breaker, 3)

    with pytest.raises(UnavailableError, match=r"redis 10.0.0.1 failed 3 times in a row; it is tried again in 2.0 s"):
        breaker.check()


def test_after_its_rest_one_probe_passes_and_the_others_wait_on(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 2

    breaker.check()

    with pytest.raises(UnavailableError):
        breaker.check()


def test_a_probe_that_succeeds_closes_it(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 2
    breaker.check()
    breaker.succeeded()

    breaker.check()
    assert not breaker.is_open


def test_a_probe_that_fails_lets_it_rest_again(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 2
    fail(breaker, 1)
    clock.now += 1.9

    with pytest.raises(UnavailableError, match=r"in 0\.1 s"):
        breaker.check()


def test_a_probe_that_never_reports_does_not_block_it_for_ever(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 3)
    clock.now += 2
    breaker.check()
    clock.now += 2

    breaker.check()


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """What is told to whoever watches from now on."""
    events: list[Any] = []
    watch = Watch("users.get", events.append)
    watch.tier = Tier.REDIS
    token = watched_by.set(watch)
    yield events
    watched_by.reset(token)


def met(*, is_open: bool) -> BreakerMet:
    return BreakerMet(tier=Tier.REDIS, dependency="redis 10.0.0.1", is_open=is_open)


def test_whoever_watches_hears_of_it_whenever_it_is_met_open(breaker: Breaker, clock: Clock, told: list[Any]) -> None:
    fail(breaker, 3)
    with pytest.raises(UnavailableError):
        breaker.check()
    clock.now += 2
    fail(breaker, 1)
    breaker.succeeded()
    breaker.succeeded()

    assert told == [met(is_open=True), met(is_open=True), met(is_open=True), met(is_open=False)]


def test_it_logs_only_that_it_opened_and_that_it_closed(
    breaker: Breaker, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    fail(breaker, 3)
    clock.now += 2
    fail(breaker, 1)
    breaker.succeeded()
    breaker.succeeded()

    assert [(record.name, vars(record)["dependency"], vars(record)["is_open"]) for record in caplog.records] == [
        ("tierstore.resilience.breaker", "redis 10.0.0.1", True),
        ("tierstore.resilience.breaker", "redis 10.0.0.1", False),
    ]


def test_failures_that_do_not_open_it_are_not_told(breaker: Breaker, told: list[Any]) -> None:
    fail(breaker, 2)
    breaker.succeeded()

    assert told == []


def test_it_may_need_failures_that_go_on_for_a_while(clock: Clock) -> None:
    breaker = Breaker("S3", failures=3, failing_seconds=1, rest_seconds=2, clock=clock)
    fail(breaker, 30)
    clock.now += 1
    fail(breaker, 1)

    assert breaker.is_open


def test_a_success_ends_the_while(clock: Clock) -> None:
    breaker = Breaker("S3", failures=3, failing_seconds=1, rest_seconds=2, clock=clock)
    fail(breaker, 30)
    breaker.succeeded()
    clock.now += 1
    fail(breaker, 30)

    assert not breaker.is_open
