"""Rate limits: as many as allowed, and soon after as many as earned."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tierstore.api.with_redis.tiers import Process
from tests.tierstore.dynamodb.conftest import World
from tierstore.errors import InvalidError
from tierstore.realtime.rate_limits import RateLimit, decide

SLOW = RateLimit(name="login", permits=3, seconds=3600)


def test_a_limit_is_shared_by_all_processes(one: Process, other: Process) -> None:
    decisions = [process.limits.take(SLOW, "ada") for process in (one, other, one, other)]

    assert [decision.allowed for decision in decisions] == [True, True, True, False]
    assert [decision.remaining for decision in decisions] == [2, 1, 0, 0]
    assert 1190 < decisions[-1].retry_after <= 1200
    assert 3590 < decisions[-1].reset_after <= 3600


def test_a_decision_is_one_request(one: Process) -> None:
    one.limits.take(SLOW, "ada")

    assert len(one.redis_effects) == 1


def test_subjects_and_limits_do_not_share(one: Process) -> None:
    hourly = RateLimit(name="hourly", permits=1, seconds=3600)

    assert one.limits.take(hourly, "ada").allowed
    assert one.limits.take(hourly, "bob").allowed
    assert one.limits.take(RateLimit(name="daily", permits=1, seconds=86400), "ada").allowed
    assert not one.limits.take(hourly, "ada").allowed


def test_what_was_earned_may_be_taken(one: Process) -> None:
    quick = RateLimit(name="quick", permits=1, seconds=0.5)
    refused = one.limits.take(quick, "ada")
    while refused.allowed:
        refused = one.limits.take(quick, "ada")
    time.sleep(refused.retry_after)

    assert one.limits.take(quick, "ada").allowed


def test_a_costly_request_takes_several_permits_or_none(one: Process) -> None:
    assert one.limits.take(SLOW, "ada", cost=2).remaining == 1
    assert not one.limits.take(SLOW, "ada", cost=2).allowed
    assert one.limits.take(SLOW, "ada", cost=1).allowed


def test_without_redis_a_process_decides_alone(one: Process, other: Process, world: World) -> None:
    one.is_cut_off = True

    decisions = [one.limits.take(SLOW, "ada") for _ in range(4)]

    assert [decision.allowed for decision in decisions] == [True, True, True, False]
    assert all(decision.is_degraded for decision in decisions)
    assert not other.limits.take(SLOW, "ada").is_degraded
    world.pass_by(minutes=20)
    assert one.limits.take(SLOW, "ada").allowed


@pytest.mark.parametrize("cost", [0, -1, 4])
def test_a_cost_that_can_never_be_allowed_is_refused(one: Process, cost: int) -> None:
    with pytest.raises(InvalidError, match=f"rate limit 'login': {cost} at once; allowed are 1 to 3"):
        one.limits.take(SLOW, "ada", cost=cost)


@pytest.mark.parametrize("numbers", [(0, 1, None), (1, 0, None), (1, 1, 0), (-1, 1, None)])
def test_a_limit_that_allows_nothing_is_refused(numbers: tuple[int, float, int | None]) -> None:
    permits, seconds, burst = numbers

    with pytest.raises(InvalidError, match="all three must be above 0"):
        RateLimit(name="none", permits=permits, seconds=seconds, burst=burst)


@given(
    permits=st.integers(1, 100),
    seconds=st.floats(0.01, 3600),
    burst=st.integers(1, 100),
    requests=st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 3)), max_size=60),
)
def test_never_more_is_allowed_than_the_burst_and_what_was_earned(
    permits: int, seconds: float, burst: int, requests: list[tuple[int, int]]
) -> None:
    limit = RateLimit(name="any", permits=permits, seconds=seconds, burst=burst)
    now, earned_at, taken, begun = 10**15, 0, 0, 10**15
    for pause, cost in requests:
        now += pause
        decision, earned_at = decide(limit, earned_at=earned_at, now=now, cost=cost)
        taken += cost * decision.allowed

        assert taken * limit.interval <= burst * limit.interval + (now - begun)
        assert 0 <= decision.remaining <= burst
        if not decision.allowed and cost <= burst:
            after = now + round(decision.retry_after * 1_000_000)
            assert decide(limit, earned_at=earned_at, now=after, cost=cost)[0].allowed


def test_without_redis_a_limit_may_allow_everything(one: Process) -> None:
    limit = RateLimit(name="search", permits=1, seconds=60, without_redis="allow")
    one.is_cut_off = True

    decisions = [one.limits.take(limit, "ada") for _ in range(3)]

    assert [(decision.allowed, decision.is_degraded) for decision in decisions] == [(True, True)] * 3
