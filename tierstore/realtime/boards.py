"""Leaderboards as sorted sets: one board, one slot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tierstore.model.key_spaces import LEADERBOARDS
from tierstore.realtime.once import REMEMBERED_SECONDS, OnceScript
from tierstore.redis.effects import RedisRequest
from tierstore.redis.keys import key_in
from tierstore.redis.scripts import Script


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a member of a leaderboard stands."""

    member: str
    score: float
    rank: int
    """1 is the best; of equal scores the member later in the alphabet is the better."""


_RANK: Final = Script(
    """
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
return rank and {rank, redis.call('ZSCORE', KEYS[1], ARGV[1])}
""",
    only_reads=True,
)
_SET: Final = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local written_at = ARGV[1] ~= '' and tonumber(ARGV[1]) or now
local last = redis.call('ZSCORE', KEYS[2], ARGV[2])
if ARGV[1] ~= '' and last and tonumber(last) > written_at then
  return 0
end
if ARGV[3] == 'GT' then
  return redis.call('ZADD', KEYS[1], 'GT', ARGV[4], ARGV[2])
end
redis.call('ZADD', KEYS[2], string.format('%.0f', written_at), ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now - ARGV[5] * 1000000))
redis.call('EXPIRE', KEYS[2], ARGV[5])
if ARGV[3] == 'REMOVE' then
  return redis.call('ZREM', KEYS[1], ARGV[2])
end
return redis.call('ZADD', KEYS[1], ARGV[4], ARGV[2])
""")
"""Sets or removes a member's score, and notes when; a late one yields to one that was made after it."""
_ADD: Final = OnceScript("redis.call('ZINCRBY', KEYS[2], ARGV[2], ARGV[3])")
_ADD_LATE: Final = OnceScript("""
(tonumber(redis.call('ZSCORE', KEYS[3], ARGV[3]) or 0) > tonumber(ARGV[4])
  and '' or redis.call('ZINCRBY', KEYS[2], ARGV[2], ARGV[3]))
""")


def rank(board: str, member: str) -> RedisRequest:
    """Answered with what `standing` reads, or None."""
    return _RANK.on([_scores(board)], member)


def top(board: str, *, first: int, count: int) -> RedisRequest:
    """Answered with members and scores, the best first."""
    key = _scores(board)
    return RedisRequest(key=key, command=("ZREVRANGE", key, first - 1, first + count - 2, "WITHSCORES"))


def put(board: str, member: str, score: float, *, only_if_better: bool, written_at: int | None = None) -> RedisRequest:
    """Set a score; answered when a replica has it. `written_at`, in microseconds, makes it a late one."""
    return _set(board, member, "GT" if only_if_better else "PUT", score, written_at)


def add(board: str, member: str, points: float, *, token: str, written_at: int | None = None) -> RedisRequest:
    """Add to a score once for each token; answered with the score when a replica has it.

    A late one changes nothing where the score was set or removed since.
    """
    done = key_in(LEADERBOARDS, board=board, part=f"done:{token}")
    if written_at is None:
        return _ADD.on(done, [_scores(board)], repr(points), member)
    return _ADD_LATE.on(done, [_scores(board), _set_at(board)], repr(points), member, written_at)


def remove(board: str, member: str, *, written_at: int | None = None) -> RedisRequest:
    """Answered with the number of members that were removed."""
    return _set(board, member, "REMOVE", 0.0, written_at)


def standing(member: str, answer: list[Any] | None) -> Standing | None:
    """The answer to `rank`."""
    return None if answer is None else Standing(member=member, score=float(answer[1]), rank=answer[0] + 1)


def standings(first: int, answer: list[Any]) -> tuple[Standing, ...]:
    """The answer to `top`."""
    return tuple(
        Standing(member=member.decode(), score=score, rank=rank)
        for rank, (member, score) in enumerate(answer, start=first)
    )


def _set(board: str, member: str, how: str, score: float, written_at: int | None) -> RedisRequest:
    moment = "" if written_at is None else written_at
    keys = [_scores(board), _set_at(board)]
    return _SET.on(keys, moment, member, how, repr(score), REMEMBERED_SECONDS, replicated=True)


def _set_at(board: str) -> str:
    return key_in(LEADERBOARDS, board=board, part="set_at")


def _scores(board: str) -> str:
    return key_in(LEADERBOARDS, board=board, part="scores")
