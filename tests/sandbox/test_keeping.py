from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
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


def keeper_of(emulator: RecordingEmulator) -> Keeper:
    return Keeper(cast("Any", emulator), Path.cwd())


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

    sent(keeper_of(recording), request("CreateTable"), request("DescribeTable"))

    assert recording.kept == ["service"]


def test_nothing_is_changed_while_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    asked: list[str] = []

    async def noting(change: Request) -> Response:
        asked.append(change.action)
        return 200, {}, b""

    async def change_and_read() -> None:
        handle = keeper_of(RecordingEmulator()).watch("service")
        with pytest.raises(OSError, match="No space left on device"):
            await handle(request("CreateTable"), noting)
        await handle(request("DescribeTable"), noting)

    asyncio.run(change_and_read())

    assert asked == ["DescribeTable"]


def test_changes_of_data_are_kept_later_and_together() -> None:
    recording = RecordingEmulator()
    keeper = keeper_of(recording)

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

    sent(keeper_of(recording), *[request("CreateTable")] * 3)

    assert recording.kept == ["service"]
