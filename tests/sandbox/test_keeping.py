from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from sandbox import keeping
from sandbox.keeping import Keeper
from sandbox.wire import Request, Response


class RecordingEmulator:
    """Notes which services are kept, each at a given cost."""

    def __init__(self, cost: float = 0) -> None:
        self.kept: list[str] = []
        self._cost = cost

    def keep(self, service: str) -> float:
        self.kept.append(service)
        return self._cost


def request(action: str, *, method: str = "POST", query: str = "") -> Request:
    return Request(
        method=method,
        path="/",
        headers={"x-amz-target": f"Prefix.{action}"} if action else {},
        body=b"",
        query={query: [""]} if query else {},
        account="000000000000",
        region="us-east-1",
    )


async def emulator(_: Request) -> Response:
    return 200, {}, b""


def sent(keeper: Keeper, *requests: Request) -> None:
    async def send() -> None:
        for one in requests:
            await keeper.watch("service")(one, emulator)

    asyncio.run(send())


@pytest.mark.parametrize("action", ["DescribeTable", "ListTables", "GetItem", "Query", "Scan", "BatchGetItem"])
def test_reads_are_not_kept(action: str) -> None:
    assert keeping.is_read(request(action))


@pytest.mark.parametrize(("method", "query"), [("GET", ""), ("GET", "policy"), ("HEAD", "")])
def test_reads_by_method_are_not_kept(method: str, query: str) -> None:
    assert keeping.is_read(request("", method=method, query=query))


@pytest.mark.parametrize("action", ["CreateTable", "PutItem", "TagResource", "DeleteTable", "UpdateTimeToLive"])
def test_changes_are_no_reads(action: str) -> None:
    assert not keeping.is_read(request(action))


def test_a_change_is_kept_before_it_is_answered() -> None:
    recording = RecordingEmulator()

    sent(Keeper(cast("Any", recording)), request("CreateTable"), request("DescribeTable"))

    assert recording.kept == ["service"]


def test_changes_of_data_are_kept_later_and_together() -> None:
    recording = RecordingEmulator()
    keeper = Keeper(cast("Any", recording))

    async def write_and_wait() -> None:
        for _ in range(3):
            await keeper.watch("service")(request("PutItem"), emulator)
        assert recording.kept == []
        running = asyncio.create_task(keeper.run())
        while not recording.kept:
            await asyncio.sleep(0.01)
        running.cancel()

    asyncio.run(write_and_wait())

    assert recording.kept == ["service"]


def test_a_state_that_is_slow_to_write_is_kept_later() -> None:
    recording = RecordingEmulator(cost=1)

    sent(Keeper(cast("Any", recording)), *[request("CreateTable")] * 3)

    assert recording.kept == ["service"]
