"""A breaker keeps calls away from a dependency that fails, and finds out when it is back."""

from __future__ import annotations

import pytest

from tierstore.errors import UnavailableError
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
