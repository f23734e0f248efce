"""Whatever the mode, an observer hears of every operation, request, retry and breaker, and changes nothing."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.tierstore.observability.conftest import GET, Things, Tiers, Watched
from tierstore.core.operation import Async, Sync
from tierstore.core.retries import RetryBudget
from tierstore.core.runners import AsyncRunner, SyncRunner
from tierstore.errors import InvalidError, ThrottledError, UnavailableError
from tierstore.observability.events import (
    BreakerMet,
    Event,
    Limit,
    OperationEnded,
    RequestEnded,
    RetriesExhausted,
)
from tierstore.observability.metrics import ErrorKind, Tier
from tierstore.observability.watcher import PlanWatcher


def test_an_operation_gives_the_same_result_as_without_an_observer(watched: Watched) -> None:
    watched.tiers.answers = [b'{"a":1}']

    assert watched.call(lambda things: things.get()) == {"a": 1}


def test_an_operation_is_told_with_its_name_and_time(watched: Watched) -> None:
    watched.call(lambda things: things.get())

    (ended,) = watched.told(OperationEnded)
    assert (ended.operation, ended.error) == ("things.get", None)
    assert ended.seconds > 0
    assert ended.began_at > 1_700_000_000_000_000_000


def test_a_request_is_told_with_its_operation_tier_and_table(watched: Watched) -> None:
    watched.call(lambda things: things.get())

    (request,) = watched.told(RequestEnded)
    assert (request.operation, request.tier, request.request) == ("things.get", Tier.DYNAMODB, "GetItem")
    assert request.targets == ("core",)
    assert not request.is_retry
    assert (request.under_way, request.connections) == (1, 50)
    (operation,) = watched.told(OperationEnded)
    assert request.seconds <= operation.seconds


def test_every_retry_is_a_request_of_its_own(watched: Watched) -> None:
    watched.tiers.answers = [ThrottledError("slow down"), UnavailableError("gone")]

    watched.call(lambda things: things.get())

    assert [(request.error, request.is_retry) for request in watched.told(RequestEnded)] == [
        (ErrorKind.THROTTLED, False),
        (ErrorKind.UNAVAILABLE, True),
        (None, True),
    ]
    assert [operation.error for operation in watched.told(OperationEnded)] == [None]


def test_retries_that_are_used_up_are_told_with_the_reason(watched: Watched) -> None:
    watched.tiers.answers = [UnavailableError("gone")] * 3

    with pytest.raises(UnavailableError, match="gone"):
        watched.call(lambda things: things.get())

    assert watched.told(RetriesExhausted) == [
        RetriesExhausted(operation="things.get", tier=Tier.DYNAMODB, limit=Limit.ATTEMPTS)
    ]
    assert [operation.error for operation in watched.told(OperationEnded)] == [ErrorKind.UNAVAILABLE]


def test_a_retry_budget_that_is_used_up_is_told_as_such(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Things, "budget", RetryBudget(capacity=0))
    watched.tiers.answers = [UnavailableError("gone")]

    with pytest.raises(UnavailableError):
        watched.call(lambda things: things.get())

    assert [exhausted.limit for exhausted in watched.told(RetriesExhausted)] == [Limit.BUDGET]


def test_an_operation_that_refuses_what_it_is_given_is_told_too(watched: Watched) -> None:
    with pytest.raises(InvalidError):
        watched.call(lambda things: things.put(name=""))

    assert [(told.operation, told.error) for told in watched.told(OperationEnded)] == [
        ("things.put", ErrorKind.INVALID)
    ]


def test_requests_that_run_together_belong_to_their_operation(watched: Watched) -> None:
    watched.call(lambda things: things.both())

    assert {(told.operation, told.request) for told in watched.told(RequestEnded)} == {
        ("things.both", "GetItem"),
        ("things.both", "PutItem"),
    }
    assert len(watched.told(OperationEnded)) == 1


def test_requests_that_others_may_join_belong_to_whoever_makes_them(watched: Watched) -> None:
    watched.call(lambda things: things.shared())

    assert [told.operation for told in watched.told(RequestEnded)] == ["things.shared"]


def test_work_in_the_background_is_told_but_is_no_operation(watched: Watched) -> None:
    watched.call(lambda things: things.later())

    assert [told.operation for told in watched.told(RequestEnded)] == ["things.later"]
    assert len(watched.told(OperationEnded)) == 1


def test_an_error_within_a_batch_is_the_requests_error(watched: Watched) -> None:
    watched.tiers.answers = [[b"1", UnavailableError("one node is gone")]]

    answers = watched.call(lambda things: things.many())

    assert answers[0] == b"1"
    (request,) = watched.told(RequestEnded)
    assert (request.tier, request.request, request.size) == (Tier.REDIS, "GET", 2)
    assert request.error is ErrorKind.UNAVAILABLE
    assert [told.error for told in watched.told(OperationEnded)] == [None]


def test_whoever_waits_for_something_to_come_is_marked(watched: Watched) -> None:
    watched.call(lambda things: things.wait())

    assert [told.has_waited for told in watched.told(RequestEnded)] == [True]
    assert [told.has_waited for told in watched.told(OperationEnded)] == [True]


def test_breakers_are_told_with_the_tier_that_they_guard(watched: Watched) -> None:
    watched.tiers.answers = [UnavailableError("gone"), UnavailableError("gone"), b"{}"]

    watched.call(lambda things: things.get())

    assert watched.told(BreakerMet) == [
        BreakerMet(tier=Tier.DYNAMODB, dependency="Redis node 10.0.0.1:6379", is_open=is_open)
        for is_open in (True, False)
    ]


def test_dynamodb_is_asked_for_the_consumed_capacity(watched: Watched) -> None:
    watched.tiers.answers = [
        b'{"ConsumedCapacity":{"TableName":"core","CapacityUnits":0.5}}',
        b'{"ConsumedCapacity":{"TableName":"core","CapacityUnits":2.0}}',
    ]

    watched.call(lambda things: things.get())
    watched.call(lambda things: things.put(name="a"))

    assert [(told.read_units, told.write_units) for told in watched.told(RequestEnded)] == [(0.5, 0.0), (0.0, 2.0)]
    assert GET.document == {"TableName": "core"}
    (get, _put) = watched.tiers.asked
    assert isinstance(get, type(GET))
    assert get.document == {"TableName": "core", "ReturnConsumedCapacity": "TOTAL"}


def test_an_observer_that_fails_fails_no_operation(tiers: Tiers, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Event) -> None:
        raise RuntimeError("the observer is broken")

    tiers.answers = [b'{"a":1}']
    with ThreadPoolExecutor(1) as threads:
        watcher = PlanWatcher(observe=broken, tracing=None)
        things: Things[Sync] = Things(SyncRunner(tiers.carry_out, lambda: threads, watch=watcher.watch))
        result = things.get()

    assert result == {"a": 1}
    assert {record.name for record in caplog.records} == {"tierstore.observability.watcher"}
    assert caplog.records[0].levelno == logging.ERROR


def test_requests_under_way_at_once_are_counted(tiers: Tiers) -> None:
    events: list[RequestEnded] = []

    def observe(event: Event) -> None:
        if isinstance(event, RequestEnded):
            events.append(event)

    async def main() -> None:
        watcher = PlanWatcher(observe=observe, tracing=None)
        things: Things[Async] = Things(AsyncRunner(tiers.carry_out_later, watch=watcher.watch))
        await asyncio.gather(*(things.get() for _ in range(3)))
        await things.get()

    asyncio.run(main())

    assert sorted(event.under_way for event in events) == [1, 1, 2, 3]


def test_an_operation_whose_caller_does_not_wait_is_cancelled_and_no_failure() -> None:
    events: list[Any] = []

    async def never(_: object) -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        things: Things[Async] = Things(AsyncRunner(never, watch=PlanWatcher(observe=events.append, tracing=None).watch))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(things.get(), 0.01)

    asyncio.run(main())

    assert [event.error for event in events] == [ErrorKind.CANCELLED, ErrorKind.CANCELLED]
    assert not ErrorKind.CANCELLED.is_fault
