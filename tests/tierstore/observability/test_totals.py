"""Events add up to the metrics that the contract names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tierstore.observability.events import EVENTS, OPERATION, added, breaker, cache_read, failed, request
from tierstore.observability import metrics, totals
from tierstore.observability.events import (
    CacheOutcome,
    Event,
    Limit,
    OperationEnded,
    RequestEnded,
    RetriesExhausted,
)
from tierstore.observability.metrics import ErrorKind, Metric, Tier
from tierstore.observability.totals import Series, Totals


def test_operations_are_counted_with_their_times_and_errors() -> None:
    values = added(OPERATION, failed(ErrorKind.CONFLICT), failed(ErrorKind.THROTTLED))[Series(Tier.ALL, "users.get")]

    assert values == {
        metrics.LATENCY: [12.5, 500.0, 500.0],
        metrics.CALLS: 3,
        metrics.ERRORS: 2,
        metrics.FAULTS: 1,
        metrics.ERRORS_BY_KIND[ErrorKind.CONFLICT]: 1,
        metrics.ERRORS_BY_KIND[ErrorKind.THROTTLED]: 1,
    }


def test_requests_are_counted_by_tier_with_retries_and_capacity() -> None:
    read = added(request(), request(is_retry=True, read_units=1.0), request(tier=Tier.REDIS, connections=64))

    of_dynamodb = read[Series(Tier.DYNAMODB, "users.get")]
    assert (of_dynamodb[metrics.CALLS], of_dynamodb[metrics.RETRIES]) == (2, 1)
    assert (of_dynamodb[metrics.READ_UNITS], of_dynamodb[metrics.WRITE_UNITS]) == (1.5, 0)
    of_redis = read[Series(Tier.REDIS, "users.get")]
    assert metrics.READ_UNITS not in of_redis
    assert of_redis[metrics.CALLS] == 1


def test_the_pools_use_is_that_of_the_busiest_moment() -> None:
    read = added(request(under_way=10), request(under_way=25), request(under_way=1))

    assert read[Series(Tier.DYNAMODB, None)] == {metrics.POOL_USE: 50.0}


def test_the_time_of_whoever_waits_for_something_to_come_is_left_out() -> None:
    waited = OperationEnded(operation="changes.read", began_at=0, seconds=5.0, error=None, has_waited=True)

    values = added(waited)[Series(Tier.ALL, "changes.read")]

    assert metrics.LATENCY not in values
    assert values[metrics.CALLS] == 1


def test_hits_and_reads_make_the_hit_ratio() -> None:
    values = added(
        cache_read(CacheOutcome.LOCAL_HIT),
        cache_read(CacheOutcome.HIT, copies=5, negative=2),
        cache_read(CacheOutcome.MISS, copies=3),
        cache_read(CacheOutcome.STALE),
        cache_read(CacheOutcome.UNREACHABLE),
    )[Series(Tier.CACHE, "users.get")]

    assert values == {
        metrics.CACHE_READS: 10,
        metrics.CACHE_HITS: 6,
        metrics.CACHE_LOCAL_HITS: 1,
        metrics.CACHE_NEGATIVE_HITS: 2,
        metrics.CACHE_MISSES: 3,
        metrics.CACHE_UNREACHABLE: 1,
        metrics.CACHE_STALE: 1,
    }


@pytest.mark.parametrize(("limit", "by_budget"), [(Limit.BUDGET, 1), (Limit.ATTEMPTS, 0)])
def test_exhausted_retries_are_counted(limit: Limit, by_budget: int) -> None:
    exhausted = RetriesExhausted(operation="users.get", tier=Tier.DYNAMODB, limit=limit)

    values = added(exhausted)[Series(Tier.DYNAMODB, "users.get")]

    assert values == {metrics.RETRIES_EXHAUSTED: 1, metrics.RETRY_BUDGET_EXHAUSTED: by_budget}


def test_a_breaker_that_nobody_meets_any_more_is_not_open_for_ever() -> None:
    adding = Totals()
    adding.add(breaker("a node that was taken away", is_open=True))
    assert dict(adding.read()) == {Series(Tier.REDIS, None): {metrics.BREAKER_OPEN: 1}}

    assert dict(adding.read()) == {}


def test_a_breaker_that_was_open_for_a_moment_is_seen() -> None:
    read = added(breaker("node 1", is_open=True), breaker("node 1", is_open=False))

    assert read[Series(Tier.REDIS, None)] == {metrics.BREAKER_OPEN: 1}


def test_what_was_read_is_not_read_again() -> None:
    adding = Totals()
    adding.add(OPERATION)
    assert list(adding.read())

    assert list(adding.read()) == []


def test_more_times_than_fit_are_left_out_but_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(totals, "MAXIMUM_LATENCIES", 2)

    values = added(OPERATION, OPERATION, OPERATION)[Series(Tier.ALL, "users.get")]

    assert values[metrics.LATENCY] == [12.5, 12.5]
    assert values[metrics.CALLS] == 3


@given(st.lists(EVENTS, max_size=20))
def test_no_metric_appears_in_a_tier_that_it_is_not_declared_for(events: list[Event]) -> None:
    for series, values in added(*events).items():
        for metric in values:
            assert series.tier in metric.tiers
            assert metric in metrics.METRICS


def total(events: list[Event], metric: Metric) -> float:
    read = added(*events).values()
    return sum(value for values in read if isinstance(value := values.get(metric, 0), float | int))


@given(st.lists(EVENTS, max_size=20))
def test_every_call_is_counted_once_in_whatever_order(events: list[Event]) -> None:
    calls = [event for event in events if isinstance(event, OperationEnded | RequestEnded)]

    assert total(events, metrics.CALLS) == total(events[::-1], metrics.CALLS) == len(calls)
    assert total(events, metrics.ERRORS) == sum(call.error is not None for call in calls)
