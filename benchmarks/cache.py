"""What a cached entity costs, beside redis-py's own client with the same codec; and what a herd of readers does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

from cashews import Cache as Cashews
from dogpile.cache import make_region
from dogpile.cache.region import CacheRegion
from redis.cluster import RedisCluster

from benchmarks import herd, redis_cluster
from benchmarks.result import Result, UnusableResult
from benchmarks.rounds import Competitor, calling, processor_microseconds
from tierstore.cache.copies import CopyCodec
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.repository import CachedRepository
from tierstore.connection import Connection
from tierstore.core.context import Context
from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, Sync, operation
from tierstore.core.retries import standard_retries
from tierstore.core.runners import SyncRunner
from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import key
from tierstore.declaration.policies import CachePolicy
from tierstore.dynamodb.repository import Repository
from tierstore.model.contents import Content
from tierstore.model.tables import CORE
from tierstore.storage import Storage

FRESH_SECONDS: Final = 3600
MANY: Final = 100
_COPIES: Final = CopyCodec(Content)


def run(say: Callable[[str], None]) -> Iterator[Result]:
    """Measure `cache.*`: processor time of hits; loads and the longest wait of 1,000 readers in 4 processes."""
    say("cache: starting a Redis Cluster")
    with redis_cluster.running() as connection:
        client = redis_cluster.redis_py(connection)
        contents = [_content(number) for number in range(MANY)]
        for content in contents:
            copy = _COPIES.encode(content, fresh_until=time.time() + FRESH_SECONDS)
            client.set(_name(content), copy or b"", ex=FRESH_SECONDS)
        with closing(Storage(connection)) as storage:
            say("cache: one entity")
            yield _hit(storage, client, connection, contents[0])
            say(f"cache: {MANY} entities")
            yield _many(storage, client, contents)
        say("cache: an entity that the process keeps")
        yield _local(connection)
        say(f"cache: {herd.READERS} readers of an expired copy in {herd.PROCESSES} processes, twice")
        yield from herd.run(connection)


def _content(number: int) -> Content:
    """About 1 KB of content."""
    return Content(
        id=f"01JD{number:022d}",
        author_id="01JD0000000000000000000000",
        title="What a cached entity costs",
        body="x" * 700,
        category="measurements",
        tags=frozenset({"cache", "redis", "cost"}),
        version=3,
    )


def _name(content: Content) -> str:
    return f"entity:1:{{content:{content.id}}}"


def _hit(storage: Storage, client: RedisCluster, connection: Connection, content: Content) -> Result:
    name = _name(content)
    dogpile = _dogpile(connection)
    dogpile.set("dogpile", content)

    def redis_py() -> object:
        return _COPIES.decode(redis_cluster.get(client, name))

    def ours() -> object:
        return storage.contents.get(content.id)

    if ours() != content:
        raise UnusableResult("the cache does not give back what was stored")
    with _cashews(connection, content) as cashews:
        best = processor_microseconds(
            {
                "ours": calling(ours),
                "redis_py": calling(redis_py),
                "dogpile": calling(lambda: dogpile.get_or_create("dogpile", lambda: content)),
                "cashews": cashews,
            },
            times=400,
        )
    return _result("cache.hit", best)


def _many(storage: Storage, client: RedisCluster, contents: list[Content]) -> Result:
    names = [_name(content) for content in contents]
    keys = [{"id": content.id} for content in contents]

    def redis_py() -> object:
        return [_COPIES.decode(data) for data in client.mget_nonatomic(names)]

    def ours() -> object:
        return storage.cache.entities(Content, keys)

    if ours() != contents:
        raise UnusableResult("the cache does not give back what was stored")
    return _result(
        "cache.multi_get100", processor_microseconds({"ours": calling(ours), "redis_py": calling(redis_py)}, times=30)
    )


class Banner(
    Entity,
    table=CORE,
    type="banner",
    key=key("BANNER#{id}", "BANNER"),
    cache=CachePolicy(time_to_live=FRESH_SECONDS, local_time_to_live=FRESH_SECONDS / 2),
):
    """An entity that each process keeps for itself."""

    id: str
    text: str = ""


class Banners(Group[Mode]):
    """Reads it as every group reads its entities."""

    def __init__(self, runner: Runner, items: Repository) -> None:
        super().__init__(runner)
        self._items = items

    @operation
    def get(self, each: str) -> Plan[Banner | None]:
        """One banner."""
        return self._items.get(Banner, {"id": each})


def _local(connection: Connection) -> Result:
    context = Context(connection=connection)
    banner = Banner(id="1", text="x" * 900)
    items = CachedRepository(context, standard_retries(context.random), EntityCache(context))
    copy = CopyCodec(Banner).encode(banner, fresh_until=time.time() + FRESH_SECONDS)
    banners: Banners[Sync] = Banners(SyncRunner(lambda _: copy, _no_threads), items)
    memory = make_region().configure("dogpile.cache.memory", expiration_time=FRESH_SECONDS)
    memory.set("1", banner)
    if banners.get("1") != banner:
        raise UnusableResult("the process does not keep what it has read")
    best = processor_microseconds(
        {
            "ours": calling(lambda: banners.get("1")),
            "dogpile": calling(lambda: memory.get_or_create("1", lambda: banner)),
        },
        times=5000,
    )
    return _result("cache.local_hit", best, baseline="dogpile")


def _no_threads() -> Any:
    raise UnusableResult("a hit needs no thread")


def _result(name: str, best: Mapping[str, float], *, baseline: str = "redis_py") -> Result:
    rivals = {rival: spent / best[baseline] for rival, spent in best.items() if rival not in {"ours", baseline}}
    return Result(name=name, value=best["ours"], unit="µs", baseline=best[baseline], rivals=rivals)


def _dogpile(connection: Connection) -> CacheRegion:
    options = redis_cluster.redis_options(connection)
    del options["host"], options["port"]
    return make_region().configure(
        "dogpile.cache.redis_cluster",
        expiration_time=FRESH_SECONDS,
        arguments={"startup_nodes": [redis_cluster.node(connection)], "connection_kwargs": options},
    )


@contextmanager
def _cashews(connection: Connection, content: Content) -> Iterator[Competitor]:
    cache = Cashews()
    cache.setup(redis_cluster.url(connection), cluster=True, suppress=False)

    async def get(times: int) -> None:
        for _ in range(times):
            await cache.get("cashews")

    with asyncio.Runner() as loop:
        loop.run(cache.set("cashews", content, expire=FRESH_SECONDS))
        if loop.run(cache.get("cashews")) != content:
            raise UnusableResult("cashews does not give back what was stored")
        yield lambda times: loop.run(get(times))
        loop.run(cache.close())
