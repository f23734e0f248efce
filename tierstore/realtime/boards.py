"""Leaderboards as sorted sets: one board, one slot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tierstore.model.key_spaces import LEADERBOARDS
from tierstore.realtime.once import OnceScript
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


_RANK: Final = Script("""
local rank = redis.call('ZREVRANK', KEYS[1], ARGV[1])
return rank and {rank, redis.call('ZSCORE', KEYS[1], ARGV[1])}
""")
_ADD: Final = OnceScript("redis.call('ZINCRBY', KEYS[2], ARGV[2], ARGV[3])")


def rank(board: str, member: str) -> RedisRequest:
    """Answered with what `standing` reads, or None."""
    return _RANK.on([_scores(board)], member)


def top(board: str, *, first: int, count: int) -> RedisRequest:
    """Answered with members and scores, the best first."""
    key = _scores(board)
    return RedisRequest(key=key, command=("ZREVRANGE", key, first - 1, first + count - 2, "WITHSCORES"))


def put(board: str, member: str, score: float, *, only_if_better: bool) -> RedisRequest:
    """Set a score; answered when a replica has it."""
    key = _scores(board)
    condition = ("GT",) if only_if_better else ()
    return RedisRequest(key=key, command=("ZADD", key, *condition, repr(score), member), replicated=True)


def add(board: str, member: str, points: float, *, token: str) -> RedisRequest:
    """Add to a score once for each token; answered with the score when a replica has it."""
    done = key_in(LEADERBOARDS, board=board, part=f"done:{token}")
    return _ADD.on(done, [_scores(board)], repr(points), member)


def remove(board: str, member: str) -> RedisRequest:
    """Answered with the number of members that were removed."""
    key = _scores(board)
    return RedisRequest(key=key, command=("ZREM", key, member), replicated=True)


def standing(member: str, answer: list[Any] | None) -> Standing | None:
    """The answer to `rank`."""
    return None if answer is None else Standing(member=member, score=float(answer[1]), rank=answer[0] + 1)


def standings(first: int, answer: list[Any]) -> tuple[Standing, ...]:
    """The answer to `top`."""
    return tuple(
        Standing(member=member.decode(), score=score, rank=rank)
        for rank, (member, score) in enumerate(answer, start=first)
    )


def _scores(board: str) -> str:
    return key_in(LEADERBOARDS, board=board, part="scores")
