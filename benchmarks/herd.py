"""A thousand readers who all want one entity whose copy has expired."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Barrier, Lock
from typing import Any, Final

from redis.exceptions import RedisError

from benchmarks import redis_cluster
from benchmarks.result import Result
from tierstore.aws import Aws
from tierstore.cache.copies import CopyCodec
from tierstore.cache.entity_cache import EntityCache
from tierstore.connection import Connection
from tierstore.core.context import Context
from tierstore.core.effects import Effect, Plan, ask
from tierstore.core.runners import SyncRunner
from tierstore.model.contents import Content
from tierstore.redis.transport import RedisTransport

PROCESSES: Final = 4
READERS: Final = 1000
LOAD_SECONDS: Final = 0.5
_FIRST: Final = "01JD0000000000000000000001"
"""Read beforehand, so that every connection is there."""
_WANTED: Final = "01JD0000000000000000000002"
_READY_SECONDS: Final = 10.0
_COPIES: Final = CopyCodec(Content)


@dataclass(frozen=True)
class Herd:
    """What the readers of one process saw."""

    loads: int
    longest_wait: float


@dataclass(frozen=True, kw_only=True)
class Load(Effect[Content]):
    """Read the content from its table, which takes a while."""

    id: str


Read = Callable[[str], object]


def run(connection: Connection) -> Iterator[Result]:
    """Measure `cache.herd_loads` and `cache.herd_wait`, of which a load takes half a second.

    The baseline is the same herd over redis-py, where every reader that finds nothing fresh loads for itself.
    """
    ours, unprotected = _gallop(connection, "ours"), _gallop(connection, "unprotected")
    yield Result(name="cache.herd_loads", value=ours.loads, unit="loads", baseline=unprotected.loads)
    yield Result(name="cache.herd_wait", value=ours.longest_wait, unit="s", baseline=unprotected.longest_wait)


def _gallop(connection: Connection, kind: str) -> Herd:
    client = redis_cluster.redis_py(connection)
    now = time.time()
    for each, fresh_until in {_FIRST: now + 3600, _WANTED: now - 1}.items():
        copy = _COPIES.encode(_content(each), fresh_until=fresh_until)
        client.set(f"entity:1:{{content:{each}}}", copy or b"", ex=3600)
    begin_at = time.time() + _READY_SECONDS
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        herds = pool.starmap(_readers_of_one_process, [(connection, kind, begin_at)] * PROCESSES)
    return Herd(sum(herd.loads for herd in herds), max(herd.longest_wait for herd in herds))


def _readers_of_one_process(connection: Connection, kind: str, begin_at: float) -> Herd:
    readers = READERS // PROCESSES
    loads, lock = 0, Lock()

    def load(each: str) -> Content:
        nonlocal loads
        with lock:
            loads += 1
        time.sleep(LOAD_SECONDS)
        return _content(each)

    read = _through_the_cache(connection, load) if kind == "ours" else _unprotected(connection, load)
    ready = Barrier(readers)

    def reader(_: int) -> float:
        read(_FIRST)
        ready.wait()
        time.sleep(max(0.0, begin_at - time.time()))
        begin = time.perf_counter()
        read(_WANTED)
        return time.perf_counter() - begin

    with ThreadPoolExecutor(readers) as threads:
        waits = list(threads.map(reader, range(readers)))
    return Herd(loads, max(waits))


def _through_the_cache(connection: Connection, load: Callable[[str], Content]) -> Read:
    transport = RedisTransport(Aws(connection), connection.redis)
    cache = EntityCache(Context(connection=connection))
    threads = ThreadPoolExecutor(4)

    def carry_out(effect: Effect[Any]) -> Any:
        return load(effect.id) if isinstance(effect, Load) else transport.carry_out(effect)  # type: ignore[arg-type]

    runner = SyncRunner(carry_out, lambda: threads)

    def plan(each: str) -> Plan[Content | None]:
        return cache.get(Content, {"id": each}, lambda _: ask(Load(id=each)))

    return lambda each: runner.run(plan(each))


def _unprotected(connection: Connection, load: Callable[[str], Content]) -> Read:
    client = redis_cluster.redis_py(connection)

    def read(each: str) -> Content | None:
        name = f"entity:1:{{content:{each}}}"
        with suppress(RedisError):
            copy = _COPIES.decode(redis_cluster.get(client, name))
            if copy is not None and copy.fresh_until > time.time():
                return copy.entity
        content = load(each)
        with suppress(RedisError):
            client.set(name, _COPIES.encode(content, fresh_until=time.time() + 3600) or b"", ex=3600)
        return content

    return read


def _content(each: str) -> Content:
    return Content(id=each, author_id=_FIRST, title="Wanted", body="x" * 700, category="measurements")
