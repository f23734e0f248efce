"""The cache over a real Redis Cluster: herds, races, rubbish and outages."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from tests.tierstore.cache.conducting import Article
from tests.tierstore.cache.processes import Clock, Process, Table
from tests.tierstore.real_redis import RealRedis
from tierstore.cache.scripts import LOCK_SECONDS, keys_of
from tierstore.core.effects import Effect
from tierstore.errors import TimedOutError
from tierstore.redis.effects import RedisRequest

KEYS = keys_of("entity:1:{article:a}")


@pytest.fixture
def table() -> Table:
    return Table(items={"a": Article(id="a", title="first", version=1)})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def processes(real_redis: RealRedis, table: Table, clock: Clock) -> Iterator[tuple[Process, Process]]:
    processes = Process(real_redis.connection, table, clock), Process(real_redis.connection, table, clock)
    yield processes
    for process in processes:
        process.close()


def test_the_second_read_is_answered_by_the_copy_of_the_first(processes: tuple[Process, Process], table: Table) -> None:
    one, two = processes

    assert [one.read("a"), two.read("a")] == [table.items["a"]] * 2
    assert table.reads == 1
    assert two.counts.hits == 1


def test_a_herd_of_readers_in_several_processes_loads_once(processes: tuple[Process, Process], table: Table) -> None:
    table.read_seconds = 0.2
    with ThreadPoolExecutor(40) as readers:
        answers = list(readers.map(lambda number: processes[number % 2].read("a"), range(40)))

    assert answers == [table.items["a"]] * 40
    assert table.reads == 1


def test_a_load_that_outlasts_a_claim_is_still_the_only_one(processes: tuple[Process, Process], table: Table) -> None:
    table.read_seconds = LOCK_SECONDS * 1.3
    with ThreadPoolExecutor(10) as readers:
        answers = list(readers.map(lambda number: processes[number % 2].read("a"), range(10)))

    assert answers == [table.items["a"]] * 10
    assert table.reads == 1


def test_a_write_is_seen_by_everybody(processes: tuple[Process, Process]) -> None:
    one, two = processes
    two.read("a")

    one.write("a", "second")

    assert [getattr(process.read("a"), "title", None) for process in processes] == ["second", "second"]


def test_a_deleted_item_is_gone_for_everybody_and_may_come_again(processes: tuple[Process, Process]) -> None:
    one, two = processes
    two.read("a")
    one.delete("a")
    assert two.read("a") is None

    two.write("a", "reborn")

    assert [getattr(process.read("a"), "title", None) for process in processes] == ["reborn", "reborn"]


def test_a_loader_that_was_overtaken_by_a_write_does_not_bring_the_old_value_back(
    processes: tuple[Process, Process], table: Table
) -> None:
    slow, writer = processes
    has_read, may_return = Event(), Event()

    def pause_once() -> None:
        table.after_read = lambda: None
        has_read.set()
        assert may_return.wait(300)

    table.after_read = pause_once
    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(slow.read, "a")
        has_read.wait(300)
        writer.write("a", "second")
        may_return.set()
        reading.result()

    assert [getattr(process.read("a"), "title", None) for process in processes] == ["second", "second"]
    assert slow.counts.refused == 1


def test_an_outdated_read_after_a_write_is_not_stored(processes: tuple[Process, Process], table: Table) -> None:
    """A table that is not read consistently may answer with an older version for a while."""
    one, two = processes
    one.write("a", "second")
    newest, table.items["a"] = table.items["a"], Article(id="a", title="first", version=1)
    two.read("a")
    table.items["a"] = newest

    assert one.read("a") == newest
    assert two.counts.refused == 1


def test_rubbish_under_the_key_is_replaced(
    processes: tuple[Process, Process], real_redis: RealRedis, table: Table
) -> None:
    one, two = processes
    for rubbish in (b"", b"\xff", b"\x01" * 100):
        redis = real_redis.operator(KEYS.copy)
        redis.set(KEYS.copy, rubbish)
        assert one.read("a") == table.items["a"]
    reads = table.reads

    assert two.read("a") == table.items["a"]
    assert table.reads == reads


def test_a_key_of_another_kind_costs_a_load_and_no_error(
    processes: tuple[Process, Process], real_redis: RealRedis, table: Table
) -> None:
    redis = real_redis.operator(KEYS.copy)
    redis.lpush(KEYS.copy, "x")

    assert processes[0].read("a") == table.items["a"]


def test_a_claim_whose_answer_was_lost_keeps_nobody_waiting(
    processes: tuple[Process, Process], table: Table, real_redis: RealRedis
) -> None:
    one, _ = processes
    lost: list[Effect[Any]] = []

    def lose_once(effect: Effect[Any]) -> None:
        if not lost and isinstance(effect, RedisRequest) and effect.command[0] == "EVALSHA":
            lost.append(effect)
            raise TimedOutError("the answer was lost", in_doubt=True)

    one.after_redis = lose_once
    assert one.read("a") == table.items["a"]

    assert lost
    assert real_redis.operator(KEYS.copy).exists(KEYS.copy)


def test_a_loader_that_died_keeps_the_others_waiting_for_no_longer_than_its_lock(
    processes: tuple[Process, Process], real_redis: RealRedis, table: Table
) -> None:
    redis = real_redis.operator(KEYS.copy)
    redis.set(KEYS.lock, "of the dead", px=round(LOCK_SECONDS * 1000))
    redis.pexpire(KEYS.lock, 200)

    assert processes[0].read("a") == table.items["a"]
    assert processes[1].read("a") == table.items["a"]
    assert table.reads == 1


def test_a_writer_that_died_before_its_end_leaves_no_stale_copy(
    processes: tuple[Process, Process], table: Table
) -> None:
    one, two = processes
    two.read("a")

    def die() -> None:
        table.after_write = lambda: None
        raise KeyboardInterrupt

    table.after_write = die
    with pytest.raises(KeyboardInterrupt):
        one.write("a", "second")

    assert getattr(two.read("a"), "title", None) == "second"


def test_an_expired_copy_is_served_while_the_table_is_away(
    processes: tuple[Process, Process], table: Table, clock: Clock
) -> None:
    one, two = processes
    one.read("a")
    clock.added = timedelta(seconds=500)
    table.is_away = True

    assert two.read("a") == table.items["a"]
    assert two.counts.stale == 1


def test_soon_before_its_expiry_a_copy_is_refreshed_once(
    processes: tuple[Process, Process], table: Table, clock: Clock
) -> None:
    one, _ = processes
    one.read("a")
    # The copy lasts for 90 s at least.
    clock.added = timedelta(seconds=81)
    for _ in range(5):
        one.read("a")
    one.settle()

    assert table.reads == 2
    assert one.counts.misses == 1


@pytest.mark.usefixtures("long_claims")
def test_many_items_come_in_order_and_are_loaded_once(processes: tuple[Process, Process], table: Table) -> None:
    one, two = processes
    ids = [str(number) for number in range(100)]
    table.items = {each: Article(id=each, version=1) for each in ids if each != "7"}

    expected = [table.items.get(each) for each in ids]
    assert [one.read_many(ids), two.read_many(ids)] == [expected, expected]
    assert table.reads == 100


def test_with_redis_stopped_reads_and_writes_go_on_and_afterwards_no_old_copy_comes_back(
    processes: tuple[Process, Process], real_redis: RealRedis, table: Table
) -> None:
    one, two = processes
    one.read("a")
    with real_redis.stopped():
        one.write("a", "second")
        assert [one.read("a"), two.read("a")] == [table.items["a"]] * 2

    titles = set()
    # Far longer than it takes to look for Redis again, and less than the old copy would last.
    for _ in range(600):
        titles = {getattr(process.read("a"), "title", None) for process in processes}
        one.settle()
        if titles == {"second"}:
            break
        time.sleep(0.05)
    assert titles == {"second"}
