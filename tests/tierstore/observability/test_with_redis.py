"""What a storage over a real Redis Cluster tells: hits, misses, and a breaker while Redis is away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from tests.tierstore.aws_json.server import running_server
from tests.tierstore.dynamodb.conftest import CONNECTION
from tests.tierstore.real_redis import RealRedis
from tierstore import AsyncStorage, Storage
from tierstore.connection import Connection
from tierstore.observability.emf import EmfMetrics
from tierstore.observability.events import BreakerMet, CacheOutcome, CacheRead, Event, RequestEnded
from tierstore.observability.metrics import Tier


@pytest.fixture
def connection(real_redis: RealRedis, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Leads to a real Redis, and to tables that hold nothing."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with running_server() as server:
        yield replace(real_redis.connection, tables=CONNECTION.tables, endpoint_url=server.url)


def read_twice(mode: str, connection: Connection, events: list[Event]) -> None:
    if mode == "sync":
        with closing(Storage(connection, observe=events.append)) as storage:
            storage.users.get("nobody")
            storage.users.get("nobody")
        return

    async def main() -> None:
        async with AsyncStorage(connection, observe=events.append) as storage:
            await storage.users.get("nobody")
            await storage.users.get("nobody")

    asyncio.run(main())


def test_a_miss_and_a_hit_are_told_with_their_requests(mode: str, connection: Connection) -> None:
    events: list[Event] = []

    read_twice(mode, connection, events)

    assert [(event.outcome, event.negative) for event in events if isinstance(event, CacheRead)] == [
        (CacheOutcome.MISS, 0),
        (CacheOutcome.HIT, 1),
    ]
    requests = [event for event in events if isinstance(event, RequestEnded)]
    assert {event.operation for event in requests} == {"users.get"}
    assert [(event.tier, event.request) for event in requests][:2] == [(Tier.REDIS, "GET"), (Tier.REDIS, "EVALSHA")]
    assert [event.request for event in requests if event.tier is Tier.DYNAMODB] == ["GetItem"]
    assert [event.error for event in requests] == [None] * len(requests)


def test_while_redis_is_away_its_breaker_is_in_the_metrics(connection: Connection, real_redis: RealRedis) -> None:
    lines: list[str] = []
    met: list[BreakerMet] = []
    metrics = EmfMetrics("test", write=lines.append, seconds=3600)

    def observe(event: Event) -> None:
        metrics(event)
        if isinstance(event, BreakerMet):
            met.append(event)

    with metrics, closing(Storage(connection, observe=observe)) as storage:
        storage.users.get("nobody")
        with real_redis.stopped():
            for _ in range(10):
                storage.users.get("nobody")
            metrics.flush()
        during = [json.loads(line) for line in lines]
        for _ in count():
            storage.users.get("nobody")
            if not met[-1].is_open:
                break

    assert {event.tier for event in met} == {Tier.REDIS}
    assert met[0].is_open
    assert value(during, "BreakerOpen", tier="redis") == 1
    assert value(during, "CacheUnreachable", tier="cache") >= 9
    assert value(during, "Faults", tier="redis") >= 5
    assert value(during, "Faults", tier="all") == 0


def value(documents: list[dict[str, Any]], metric: str, *, tier: str) -> float:
    (found,) = [document[metric] for document in documents if document["Tier"] == tier and metric in document]
    return float(found)
