"""Writes that go into a table while Redis is away, and are carried out when it is back: each once, in order."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import count, groupby
from threading import Lock
from typing import Any, Final

import msgspec

from tierstore.core.context import Context
from tierstore.core.effects import InBackground, Once, Plan, together
from tierstore.core.retries import RetryPolicy
from tierstore.dynamodb import changes
from tierstore.dynamodb.ranges import Range
from tierstore.dynamodb.repository import Repository
from tierstore.errors import StorageError
from tierstore.model.outbox import WAITING, Kind, LateWrite
from tierstore.realtime import boards, counts, feed
from tierstore.realtime.counts import Counter
from tierstore.redis.effects import RedisBatch, RedisRequest

_LOG = logging.getLogger(__name__)

PAGE: Final = 100
"""Writes that are carried out before the next are read; no more than a transaction may delete."""
_NEXT_LOOK: Final = timedelta(seconds=0.5)
"""Between two attempts to carry out what waits, while Redis is away."""
_CATCHING_UP: Final = timedelta(seconds=2)
"""One operation spends about so much on what waits; after that its own write waits too."""
_FORGOTTEN_TOGETHER: Final = 100


class LateWrites:
    """Writes to Redis that no caller sees fail: what Redis does not take at once waits in a table.

    A process that had to put one there carries out what waits before it writes to Redis again, so that its own
    writes, and those of all who saw Redis fail, stay in order. Threads share one.
    """

    def __init__(self, context: Context, items: Repository, retries: RetryPolicy) -> None:
        self._context = context
        self._items = items
        self._retries = retries
        self._is_behind = False
        self._next_look = context.now()
        self._count = count()
        self._lock = Lock()
        self._kept = 0
        self._being_kept = 0
        self._answered: list[RedisRequest] = []

    def new(self, kind: Kind, target: str, *arguments: Any) -> LateWrite:
        """A write, before it is known whether it will be late; `arguments` as `request_of` reads them."""
        milliseconds = round(self._context.now().timestamp() * 1000)
        # The count keeps a process's writes of one millisecond in order.
        return LateWrite(
            id=f"{milliseconds:015d}-{next(self._count):012d}-{self._context.new_token()}",
            kind=kind,
            target=target,
            arguments=msgspec.msgpack.encode(arguments),
        )

    def write(self, write: LateWrite) -> Plan[Any]:
        """Carry a write out now, answered as Redis does; or keep it for later, answered with None."""
        yield from self.catch_up()
        if self._is_behind:
            return (yield from self.keep(write))
        try:
            return (yield from self.attempt(write))
        except StorageError as error:
            if not error.retryable:
                raise
            in_doubt = error.in_doubt
        return (yield from self.keep(write, in_doubt=in_doubt))

    def attempt(self, write: LateWrite) -> Plan[Any]:
        """Carry a write out now, answered as Redis does; tried again only where Redis fell silent over it."""
        request = request_of(write)
        try:
            answer = yield request
        except StorageError as error:
            if not (error.retryable and error.in_doubt):
                raise
        else:
            if write.kind in _REMEMBERED:
                yield from self._forget(request)
            return answer
        try:
            return (yield from self._retries.retrying(request))
        except StorageError as error:
            error.in_doubt = True
            raise

    def keep(self, write: LateWrite, *, in_doubt: bool = False) -> Plan[None]:
        """Let a write wait; an error of the table is in doubt where Redis may have the write."""
        # Refused here as Redis would have been asked: what waits must not be what nobody can carry out.
        request_of(write)
        with self._lock:
            self._being_kept += 1
            self._is_behind = True
        try:
            yield from self._items.write(changes.create(write, now=self._context.now()))
        except StorageError as error:
            error.in_doubt = error.in_doubt or in_doubt
            raise
        finally:
            with self._lock:
                self._kept += 1
                self._being_kept -= 1

    def catch_up(self) -> Plan[None]:
        """Carry out what waits, if this process knows of anything; threads wait for the one that does it."""
        if self._is_behind and self._context.now() >= self._next_look:
            yield Once(key=self, plan=self._catch_up())

    def deliver(self, *, limit: int) -> Plan[int]:
        """Carry out up to `limit` writes that wait, the oldest first; how many.

        Several processes may, at any time, and die over it. Raises `UnavailableError` while Redis is away.
        """
        with self._lock:
            kept, is_keeping = self._kept, self._being_kept > 0
        waiting = Range(name="outbox.deliver", query=WAITING, values={})
        page = yield from self._items.page(waiting, limit=limit, cursor=None)
        found: tuple[LateWrite, ...] = page.items
        parts = [list(part) for _, part in groupby(sorted(found, key=_target), _target)]
        yield from together([self._deliver(part) for part in parts])
        with self._lock:
            if len(found) < limit and not is_keeping and kept == self._kept and not self._being_kept:
                # Nothing was put there since it was read.
                self._is_behind = False
        return len(found)

    def _deliver(self, writes: list[LateWrite]) -> Plan[None]:
        """Carry out the writes for one target, in order, and take them off the table as far as it went."""
        done: list[LateWrite] = []
        try:
            for write in writes:
                yield from self._retries.retrying(request_of(write, is_late=True))
                if write.kind == "counters.add":
                    yield counts.announce(_counter(write), now=self._context.now())
                done.append(write)
        except StorageError:
            yield from self._items.write(*map(changes.delete_copy, done))
            raise
        yield from self._items.write(*map(changes.delete_copy, done))

    def _catch_up(self) -> Plan[None]:
        until = self._context.now() + _CATCHING_UP
        while self._is_behind and self._context.now() < until:
            try:
                yield from self.deliver(limit=PAGE)
            except StorageError as error:
                self._next_look = self._context.now() + _NEXT_LOOK
                if not error.retryable:
                    _LOG.warning("what waits for Redis is left to others: %s", error)
                    self._is_behind = False
                return

    def _forget(self, request: RedisRequest) -> Plan[None]:
        """Let Redis forget that it had a write whose answer has arrived, many at a time."""
        with self._lock:
            self._answered.append(RedisRequest(key=request.key, command=("UNLINK", request.key)))
            if len(self._answered) < _FORGOTTEN_TOGETHER:
                return
            answered, self._answered = self._answered, []
        yield InBackground(key=answered[0].key, plan=_send(RedisBatch(requests=tuple(answered))))


_REMEMBERED: Final[frozenset[Kind]] = frozenset({"leaderboards.add", "changes.publish", "counters.add"})
"""Kinds that would take effect again if they were sent again, but that Redis remembers them."""


def request_of(write: LateWrite, *, is_late: bool = False) -> RedisRequest:
    """What a write asks of Redis; where it is late, what was written to the same place since is not overwritten."""
    arguments = msgspec.msgpack.decode(write.arguments)
    written_at = round(write.created_at.timestamp() * 1_000_000) if is_late else None
    match write.kind:
        case "leaderboards.put":
            member, score, only_if_better = arguments
            return boards.put(write.target, member, score, only_if_better=only_if_better, written_at=written_at)
        case "leaderboards.add":
            member, points = arguments
            return boards.add(write.target, member, points, token=write.id, written_at=written_at)
        case "leaderboards.remove":
            (member,) = arguments
            return boards.remove(write.target, member, written_at=written_at)
        case "changes.publish":
            (change,) = arguments
            return feed.publish(write.target, change, token=write.id)
        case "counters.add":
            return counts.add(_counter(write), arguments[1], token=write.id)


def _counter(write: LateWrite) -> Counter:
    return Counter(write.target, msgspec.msgpack.decode(write.arguments)[0])


def _send(batch: RedisBatch) -> Plan[None]:
    yield batch


def _target(write: LateWrite) -> tuple[str, str]:
    return write.kind.partition(".")[0], write.target
