"""A group of operations over tiers that answer as they are told, watched in both modes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import moto, world
from tierstore.core.effects import Effect, InBackground, Once, Plan, together
from tierstore.core.operation import Async, Group, Mode, Sync, operation
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.core.runners import AsyncRunner, SyncRunner
from tierstore.dynamodb.effects import DynamoDBRequest, as_document
from tierstore.errors import InvalidError
from tierstore.observability.events import Event
from tierstore.observability.tracing import Tracing
from tierstore.observability.watcher import PlanWatcher
from tierstore.redis.effects import RedisBatch, RedisRequest
from tierstore.resilience.breaker import Breaker

__all__ = ["moto", "world"]

GET = DynamoDBRequest(action="GetItem", document={"TableName": "core"}, decode=as_document)
PUT = DynamoDBRequest(action="PutItem", document={"TableName": "core"}, decode=as_document)
REDIS_GET = RedisRequest(key="a", command=("GET", "a"))


@dataclass
class Tiers:
    """Answers each request with what the test put in; exceptions are raised."""

    answers: list[Any] = field(default_factory=list)
    asked: list[Effect[Any]] = field(default_factory=list)
    breaker: Breaker = field(default_factory=lambda: Breaker("Redis node 10.0.0.1:6379", failures=2))

    def carry_out(self, effect: Effect[Any]) -> Any:
        self.asked.append(effect)
        answer = self.answers.pop(0) if self.answers else b"{}"
        if isinstance(answer, BaseException):
            self.breaker.failed()
            raise answer
        self.breaker.succeeded()
        return effect.decode(answer) if isinstance(effect, DynamoDBRequest) else answer

    async def carry_out_later(self, effect: Effect[Any]) -> Any:
        await asyncio.sleep(0)
        return self.carry_out(effect)


class Things(Group[Mode]):
    """Operations that touch the tiers in every way there is."""

    budget = RetryBudget()
    attempts = 3

    @property
    def retries(self) -> RetryPolicy:
        backoff = Backoff(attempts=self.attempts, base_seconds=0, cap_seconds=0)
        return RetryPolicy(failed=backoff, throttled=backoff, budget=self.budget, random=lambda: 0.5)

    @operation
    def get(self) -> Plan[Any]:
        """One request."""
        return self.retries.retrying(GET)

    @operation
    def put(self, *, name: str) -> Plan[Any]:
        """Refuses a bad name before there is a plan."""
        if not name:
            raise InvalidError("the name is empty")
        return self.retries.retrying(PUT)

    @operation
    def both(self) -> Plan[list[Any]]:
        """Two requests at once."""
        return together([self.retries.retrying(GET), self.retries.retrying(PUT)])

    @operation
    def many(self) -> Plan[Any]:
        """A batch of Redis."""
        return (yield RedisBatch(requests=(REDIS_GET, REDIS_GET)))

    @operation
    def wait(self) -> Plan[Any]:
        """Waits for something to come."""
        return (yield RedisRequest(key="a", command=("XREAD", "a"), waits=5.0))

    @operation
    def shared(self) -> Plan[Any]:
        """A request that others may join."""
        return (yield Once(key="a", plan=self.retries.retrying(GET)))

    @operation
    def later(self) -> Plan[None]:
        """A request that nobody waits for."""
        yield InBackground(key="a", plan=self.retries.retrying(GET))


Call = Callable[[Callable[[Things[Any]], Any]], Any]


@dataclass
class Watched:
    """Things in one mode, and what was told of them."""

    call: Call
    tiers: Tiers
    events: list[Event]

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def calling(mode: str, tiers: Tiers, watcher: PlanWatcher) -> Iterator[Call]:
    """A function that calls an operation in the mode, and waits for what is in the background."""
    if mode == "sync":
        with ThreadPoolExecutor(1) as threads:
            things: Things[Sync] = Things(SyncRunner(tiers.carry_out, lambda: threads, watch=watcher.watch))

            def call_and_wait(use: Callable[[Things[Any]], Any]) -> Any:
                result = use(things)
                threads.submit(lambda: None).result()
                return result

            yield call_and_wait
        return

    def call(use: Callable[[Things[Any]], Any]) -> Any:
        async def main() -> Any:
            later: Things[Async] = Things(AsyncRunner(tiers.carry_out_later, watch=watcher.watch))
            result = await use(later)
            await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))
            return result

        return asyncio.run(main())

    yield call


@pytest.fixture(params=["sync", "asyncio"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def tiers() -> Tiers:
    return Tiers()


@pytest.fixture
def tracing() -> Tracing | None:
    """No spans, unless a test file gives them."""
    return None


@pytest.fixture
def watched(mode: str, tiers: Tiers, tracing: Tracing | None) -> Iterator[Watched]:
    events: list[Event] = []
    for call in calling(mode, tiers, PlanWatcher(observe=events.append, tracing=tracing)):
        yield Watched(call, tiers, events)
