"""Counts that grow in Redis and are moved into a table, each exactly once.

A flush takes the count away under an id of its own, which stays until the table has both: the count and the id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from tierstore.model.key_spaces import LIVE_COUNTERS, UNFLUSHED_COUNTERS
from tierstore.realtime.once import OnceScript
from tierstore.redis.effects import RedisRequest
from tierstore.redis.keys import key_in
from tierstore.redis.scripts import Script

Name: TypeAlias = Literal["views", "likes"]


class Counter(NamedTuple):
    """Which of a content's counters."""

    content_id: str
    name: Name


class Flush(NamedTuple):
    """A count on its way into the table."""

    id: str
    amount: int


class Unflushed(NamedTuple):
    """A counter that has something to flush, and when it said so."""

    counter: Counter
    since: int
    """Microseconds since 1970."""


_ADD: Final = OnceScript("redis.call('INCRBY', KEYS[2], ARGV[2])")
_READ: Final = Script(
    """
local live = redis.call('GET', KEYS[1])
local leaving = redis.call('HGET', KEYS[2], 'amount')
return {live or '0', leaving or '0'}
""",
    only_reads=True,
)
_BEGIN_FLUSH: Final = Script("""
local flush = redis.call('HMGET', KEYS[2], 'id', 'amount')
if flush[1] then
  return flush
end
local amount = redis.call('GETDEL', KEYS[1])
if not amount or tonumber(amount) == 0 then
  return false
end
redis.call('HSET', KEYS[2], 'id', ARGV[1], 'amount', amount)
return {ARGV[1], amount}
""")
_END_FLUSH: Final = Script("""
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 1
""")
_FORGET: Final = Script("""
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return 1
""")
_UNFLUSHED: Final = key_in(UNFLUSHED_COUNTERS, entity="content_counter")


def add(counter: Counter, amount: int, *, token: str) -> RedisRequest:
    """Add once for each token; answered with what is not flushed yet when a replica has it."""
    return _ADD.on(_key(counter, f"done:{token}"), [_live(counter)], amount)


def must_be_announced(unflushed: int, *, added: int) -> bool:
    """Whether the flusher must hear of the counter: at its first addition, and each time that it has doubled.

    Again and again, since whoever added first may have died before it could say so.
    """
    return unflushed.bit_length() != (unflushed - added).bit_length()


def announce(counter: Counter, *, now: datetime) -> RedisRequest:
    """Tell the flusher of a counter."""
    since = round(now.timestamp() * 1_000_000)
    return RedisRequest(key=_UNFLUSHED, command=("ZADD", _UNFLUSHED, since, msgspec.msgpack.encode(counter)))


def unflushed(*, limit: int) -> RedisRequest:
    """Answered with what `counters` reads: those that have waited longest."""
    return RedisRequest(key=_UNFLUSHED, command=("ZRANGE", _UNFLUSHED, 0, limit - 1, "WITHSCORES"))


def counters(answer: list[Any]) -> list[Unflushed]:
    """The answer to `unflushed`."""
    return [Unflushed(msgspec.msgpack.decode(member, type=Counter), int(score)) for member, score in answer]


def forget(told: Unflushed) -> RedisRequest:
    """Take a counter off the flusher's list, unless it has been announced again."""
    return _FORGET.on([_UNFLUSHED], msgspec.msgpack.encode(told.counter), told.since)


def drop(counter: Counter) -> tuple[RedisRequest, ...]:
    """Forget a counter: what is not flushed, a flush under way, and that the flusher was told of it."""
    keys = _live(counter), _leaving(counter)
    return (
        RedisRequest(key=keys[0], command=("UNLINK", *keys), replicated=True),
        RedisRequest(key=_UNFLUSHED, command=("ZREM", _UNFLUSHED, msgspec.msgpack.encode(counter)), replicated=True),
    )


def read(counter: Counter) -> RedisRequest:
    """Answered with what is not flushed yet, and what is on its way."""
    return _READ.on([_live(counter), _leaving(counter)])


def begin_flush(counter: Counter, *, token: str) -> RedisRequest:
    """Take the count away, or find the flush that somebody else began; answered when a replica has it.

    Only then may it be written to the table: a replica that did not know of it would count it again.
    """
    return _BEGIN_FLUSH.on([_live(counter), _leaving(counter)], token, replicated=True)


def flush_begun(answer: list[bytes] | None) -> Flush | None:
    """The answer to `begin_flush`; None where there is nothing to flush."""
    return None if answer is None else Flush(answer[0].decode(), int(answer[1]))


def end_flush(counter: Counter, flush: Flush) -> RedisRequest:
    """Forget a flush that the table has."""
    return _END_FLUSH.on([_leaving(counter)], flush.id)


def _live(counter: Counter) -> str:
    return _key(counter, "live")


def _leaving(counter: Counter) -> str:
    return _key(counter, "flush")


def _key(counter: Counter, part: str) -> str:
    return key_in(LIVE_COUNTERS, content_id=counter.content_id, name=counter.name, part=part)
