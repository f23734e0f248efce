"""Plans with the same key are shared while they are under way, and plans in the background keep nobody waiting."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from tierstore.core.deadlines import deadline, remaining
from tierstore.core.effects import Effect, InBackground, Once, Plan, ask
from tierstore.core.runners import AsyncRunner, ExplainRunner, SyncRunner
from tierstore.errors import ConflictError, TimedOutError, UnavailableError

PATIENCE = 60.0
"""Seconds in which any machine has run every thread."""


@dataclass(frozen=True, kw_only=True)
class Load(Effect[int]):
    """A load that takes until somebody lets it end."""


@dataclass
class Table:
    """Counts its loads; each waits until `may_end`."""

    loads: int = 0
    begun: threading.Event = field(default_factory=threading.Event)
    may_end: threading.Event = field(default_factory=threading.Event)
    joined: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Free once for every reader that shares another's plan."""
    error: BaseException | None = None

    def carry_out(self, _: Effect[Any]) -> int:
        self.loads += 1
        self.begun.set()
        assert self.may_end.wait(PATIENCE)
        if self.error is not None:
            raise self.error
        return self.loads

    async def carry_out_later(self, effect: Effect[Any]) -> int:
        return await asyncio.to_thread(self.carry_out, effect)


class Spared(Generator[Effect[Any], Any, int]):
    """A plan that tells when it is closed without having begun, since somebody else's is shared."""

    def __init__(self, plan: Plan[int], table: Table) -> None:
        self._plan = plan
        self._table = table

    def send(self, answer: Any, /) -> Effect[Any]:
        return self._plan.send(answer)

    def throw(self, *error: Any) -> Effect[Any]:
        return self._plan.throw(*error)

    def close(self) -> None:
        if inspect.getgeneratorstate(self._plan) == inspect.GEN_CREATED:
            self._table.joined.release()
        self._plan.close()


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=4) as threads:
        yield threads


@pytest.fixture
def runner(table: Table, threads: ThreadPoolExecutor) -> SyncRunner:
    return SyncRunner(table.carry_out, lambda: threads)


def load() -> Plan[int]:
    return (yield from ask(Load()))


def load_once(key: str = "a") -> Plan[int]:
    return (yield Once(key=key, plan=load()))  # type: ignore[no-any-return]


def load_with_others(table: Table) -> Plan[int]:
    return (yield Once(key="a", plan=Spared(load(), table)))  # type: ignore[no-any-return] # a plan is sent answers of any type


def let_others_arrive(table: Table, others: int) -> None:
    """Let the load end when so many share it."""
    for _ in range(others):
        assert table.joined.acquire(timeout=PATIENCE)
    table.may_end.set()


def test_threads_that_ask_for_the_same_share_one_plan(table: Table, runner: SyncRunner) -> None:
    with ThreadPoolExecutor(8) as readers:
        answers = [readers.submit(runner.run, load_with_others(table)) for _ in range(8)]
        let_others_arrive(table, 7)

    assert {answer.result() for answer in answers} == {1}


def test_tasks_that_ask_for_the_same_share_one_plan(table: Table) -> None:
    async def main() -> list[int]:
        runner = AsyncRunner(table.carry_out_later)
        table.may_end.set()
        return await asyncio.gather(*(runner.run(load_once()) for _ in range(8)))

    assert asyncio.run(main()) == [1] * 8


def test_what_has_landed_is_begun_anew(table: Table, runner: SyncRunner) -> None:
    table.may_end.set()

    assert [runner.run(load_once()) for _ in range(2)] == [1, 2]


def test_different_keys_have_a_plan_each(table: Table, runner: SyncRunner) -> None:
    table.may_end.set()

    assert [runner.run(load_once(key)) for key in "ab"] == [1, 2]


def test_the_error_is_everybodys(table: Table, runner: SyncRunner) -> None:
    table.error = ConflictError("no")
    with ThreadPoolExecutor(4) as readers:
        answers = [readers.submit(runner.run, load_with_others(table)) for _ in range(4)]
        let_others_arrive(table, 3)

    assert [type(answer.exception()) for answer in answers] == [ConflictError] * 4
    assert table.loads == 1


def test_whoever_waits_keeps_to_a_deadline(table: Table, runner: SyncRunner, threads: ThreadPoolExecutor) -> None:
    leader = threads.submit(runner.run, load_once())
    assert table.begun.wait(PATIENCE)

    with deadline(0.01), pytest.raises(TimedOutError, match="another reader"):
        runner.run(load_once())

    table.may_end.set()
    assert leader.result() == 1


def test_a_leader_that_is_interrupted_leaves_nobody_waiting(
    table: Table, runner: SyncRunner, threads: ThreadPoolExecutor
) -> None:
    table.error = KeyboardInterrupt()
    leader, follower = (threads.submit(runner.run, load_with_others(table)) for _ in range(2))
    let_others_arrive(table, 1)

    errors = {type(each.exception()) for each in (leader, follower)}

    assert errors == {KeyboardInterrupt, UnavailableError}
    assert table.loads == 1


def test_a_task_that_is_cancelled_while_it_waits_takes_nobody_along(table: Table) -> None:
    async def main() -> int:
        runner = AsyncRunner(table.carry_out_later)
        leader, follower = (asyncio.create_task(runner.run(load_once())) for _ in range(2))
        assert await asyncio.to_thread(table.begun.wait, PATIENCE)
        leader.cancel()
        await asyncio.sleep(0)
        table.may_end.set()
        return await follower

    assert asyncio.run(main()) == 1


def begin_in_background(plan: Plan[Any] | None = None) -> Plan[str]:
    yield InBackground(key="a", plan=plan or load())
    return "went on"


def test_a_plan_in_the_background_is_not_waited_for(
    table: Table, runner: SyncRunner, threads: ThreadPoolExecutor
) -> None:
    assert [runner.run(begin_in_background()) for _ in range(3)] == ["went on"] * 3

    table.may_end.set()
    threads.shutdown()
    assert table.loads == 1


def test_a_task_in_the_background_has_no_deadline_of_its_beginner(table: Table) -> None:
    table.may_end.set()

    async def main() -> float | None:
        runner = AsyncRunner(table.carry_out_later)
        left: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()

        def look() -> Plan[None]:
            yield Load()
            left.set_result(remaining())

        with deadline(PATIENCE):
            assert await runner.run(begin_in_background(look())) == "went on"
        return await left

    assert asyncio.run(main()) is None
    assert table.loads == 1


def test_an_error_in_the_background_is_logged(
    table: Table, runner: SyncRunner, threads: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    table.error = UnavailableError("the table is away")
    table.may_end.set()

    with caplog.at_level(logging.WARNING, "tierstore"):
        runner.run(begin_in_background())
        threads.shutdown()

    assert "UnavailableError: the table is away" in caplog.text


def test_a_shared_plan_is_explained_as_itself() -> None:
    assert ExplainRunner().run(load_once()) == (Load(),)
