"""Rate limits by the generic cell rate algorithm: one number a subject, exact, smooth, and decided in one round trip.

The number is the moment at which everything taken so far would have been earned («theoretical arrival time»,
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tierstore.errors import InvalidError
from tierstore.redis.effects import RedisRequest
from tierstore.redis.scripts import Script

_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """So many permits in so many seconds, of which some may be taken at once.

    Raises `InvalidError` for numbers that allow nothing.
    """

    name: str
    permits: int
    seconds: float
    burst: int | None = None
    """Permits that may be taken at once after a pause; all of them where None."""
    without_redis: Literal["limit_here", "allow"] = "limit_here"
    """While Redis cannot be asked: each process limits by what it has itself allowed, or everything is allowed."""

    def __post_init__(self) -> None:
        if self.permits < 1 or self.seconds <= 0 or self.at_once < 1:
            raise InvalidError(
                f"rate limit {self.name!r}: {self.permits} permits in {self.seconds} s, {self.at_once} at once; "
                "all three must be above 0"
            )

    @property
    def at_once(self) -> int:
        """Permits that may be taken at once."""
        return self.permits if self.burst is None else self.burst

    @property
    def interval(self) -> int:
        """Microseconds in which one permit is earned."""
        return max(1, round(self.seconds * _MICROSECONDS / self.permits))


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether a request may go on."""

    allowed: bool
    remaining: int
    """Permits that are left now."""
    retry_after: float
    """Seconds until the same may be taken; 0 where it was."""
    reset_after: float
    """Seconds until all permits are there again."""
    is_degraded: bool = False
    """Decided by this process alone, since Redis could not be asked: others may have taken as many."""


def decide(limit: RateLimit, *, earned_at: int, now: int, cost: int) -> tuple[Decision, int]:
    """The decision, and the moment at which everything is earned after it; moments in microseconds."""
    earned_at = max(earned_at, now)
    most = limit.interval * limit.at_once
    after = earned_at + limit.interval * cost
    allowed = after - now <= most
    if allowed:
        earned_at = after
    decision = Decision(
        allowed=allowed,
        remaining=(most - (earned_at - now)) // limit.interval,
        retry_after=0.0 if allowed else (after - now - most) / _MICROSECONDS,
        reset_after=(earned_at - now) / _MICROSECONDS,
    )
    return decision, earned_at


_TAKE: Final = Script("""
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local before = tonumber(redis.call('GET', KEYS[1]) or 0)
local after = math.max(before, now) + ARGV[1] * ARGV[3]
if after - now <= ARGV[1] * ARGV[2] then
  redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000))
end
return {string.format('%.0f', before), string.format('%.0f', now)}
""")


def take(key: str, limit: RateLimit, *, cost: int) -> RedisRequest:
    """Take permits if they are there; answered with the moments that `decide` decides by, as Redis has just done."""
    return _TAKE.on([key], limit.interval, limit.at_once, cost)
