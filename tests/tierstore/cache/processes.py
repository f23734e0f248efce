"""Processes of an application that share a table in memory and a real Redis."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, TypeVar

from tests.tierstore.cache.conducting import Article, TableRead
from tierstore.aws import Aws
from tierstore.cache.counts import CacheCounts
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.shelf import Key
from tierstore.connection import Connection
from tierstore.core.context import Context
from tierstore.core.effects import Effect, Plan, ask, together
from tierstore.core.runners import SyncRunner
from tierstore.errors import NotFoundError, UnavailableError
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisValues, same_answer
from tierstore.redis.transport import RedisTransport

Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Read(Effect[Any]):
    """Read one item of the table."""

    id: str


@dataclass(frozen=True, kw_only=True)
class Write(Effect[None]):
    """Put one item into the table, or delete it."""

    id: str
    article: Article | None


@dataclass
class Table:
    """A table in memory; each read takes a while."""

    read_seconds: float = 0.0
    items: dict[str, Article] = field(default_factory=dict)
    reads: int = 0
    is_away: bool = False
    after_read: Callable[[], None] = lambda: None
    after_write: Callable[[], None] = lambda: None
    lock: Lock = field(default_factory=Lock)

    def carry_out(self, effect: Effect[Any]) -> Any:
        if self.is_away:
            raise UnavailableError("the table is away")
        match effect:
            case Read(id=each):
                with self.lock:
                    self.reads += 1
                found = self.items.get(each)
                time.sleep(self.read_seconds)
                self.after_read()
                return found
            case Write(id=each, article=article):
                self.items.pop(each, None)
                if article is not None:
                    self.items[each] = article
                self.after_write()
        return None


@dataclass
class Clock:
    """Real time, and what a test adds to it."""

    added: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.added


class Process:
    """One process of the application, or something that behaves like one: a cache of its own, the common table."""

    def __init__(self, connection: Connection, table: Table, clock: Callable[[], datetime]) -> None:
        self.is_cut_off = False
        """Whether Redis cannot be reached from here."""
        self.after_redis: Callable[[Effect[Any]], None] = lambda _: None
        """Called after each request to Redis; may raise in place of the answer."""
        self._table = table
        self._redis = RedisTransport(Aws(connection), connection.redis)
        self._threads = ThreadPoolExecutor(4)
        self._cache = EntityCache(Context(connection=connection, now=clock))
        self._run = SyncRunner(self._carry_out, lambda: self._threads).run

    @property
    def counts(self) -> CacheCounts:
        return self._cache.counts["article"]

    def read(self, each: str) -> Article | None:
        return self._run(self._cache.get(Article, {"id": each}, lambda _: ask(Read(id=each))))

    def read_many(self, ids: Sequence[str]) -> list[Article | None]:
        return self._run(self._cache.get_many(Article, [{"id": each} for each in ids], self._load_many))

    def write(self, each: str, title: str) -> None:
        old = self._table.items.get(each)
        new = replace(old, title=title, version=old.version + 1) if old else Article(id=each, title=title, version=1)
        plan = ask(Write(id=each, article=new))
        self._run(self._cache.writing([new], plan, lambda _: [new.version]))

    def delete(self, each: str) -> None:
        old = self._table.items.get(each)
        if old is None:
            raise NotFoundError(each)
        plan = ask(Write(id=each, article=None))
        self._run(self._cache.writing([old], plan, lambda _: [old.version + 1]))

    def settle(self) -> None:
        """Let everything in the background end."""
        self._threads.shutdown()
        self._threads = ThreadPoolExecutor(4)

    def close(self) -> None:
        self._threads.shutdown()
        self._redis.close()

    def _carry_out(self, effect: Effect[Any]) -> Any:
        if isinstance(effect, Read | Write | TableRead):
            return self._table.carry_out(effect)
        assert isinstance(effect, RedisRequest | RedisBatch | RedisValues)
        if self.is_cut_off:
            error = UnavailableError("Redis cannot be reached from here")
            if isinstance(effect, RedisRequest):
                raise error
            return same_answer(effect, error)
        answer = self._redis.carry_out(effect)
        self.after_redis(effect)
        return answer

    def _load_many(self, keys: Sequence[Key], _: bool) -> Plan[list[Article | None]]:
        return (yield from together([ask(Read(id=str(key["id"]))) for key in keys]))
