"""Rate limits: how often somebody may do something."""

from __future__ import annotations

from typing import Any, Final

from tierstore.cache.local import LocalCopies
from tierstore.core.context import Context
from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.errors import InvalidError, StorageError
from tierstore.model.key_spaces import RATE_LIMITS
from tierstore.realtime.rate_limits import Decision, RateLimit, decide, take
from tierstore.redis.keys import key_in

_MICROSECONDS: Final = 1_000_000


class Limits(Group[Mode]):
    """Limits that all processes of the application share."""

    def __init__(self, runner: Runner, context: Context) -> None:
        super().__init__(runner)
        self._context = context
        self._alone = LocalCopies(clock=lambda: context.now().timestamp())
        """What was taken while Redis could not be asked."""

    @operation
    def take(self, limit: RateLimit, subject: str, *, cost: int = 1) -> Plan[Decision]:
        """Take permits for a subject, such as a user's id or an address, if they are there.

        While Redis cannot be asked, the limit's `without_redis` decides: by what this process has itself allowed since
        then, or to allow everything. Raises `InvalidError` for a cost that can never be allowed.
        """
        if not 1 <= cost <= limit.at_once:
            raise InvalidError(f"rate limit {limit.name!r}: {cost} at once; allowed are 1 to {limit.at_once}")
        key = key_in(RATE_LIMITS, limiter=limit.name, subject=subject)
        try:
            answer: list[Any] = yield take(key, limit, cost=cost)
        except StorageError:
            return _allowed(limit) if limit.without_redis == "allow" else self._take_alone(key, limit, cost)
        decision, _ = decide(limit, earned_at=int(answer[0]), now=int(answer[1]), cost=cost)
        return decision

    def _take_alone(self, key: str, limit: RateLimit, cost: int) -> Decision:
        now = round(self._context.now().timestamp() * _MICROSECONDS)
        decision, earned_at = decide(limit, earned_at=self._alone.get(key) or 0, now=now, cost=cost)
        self._alone.put(key, earned_at, seconds=decision.reset_after)
        return Decision(**{**vars(decision), "is_degraded": True})


def _allowed(limit: RateLimit) -> Decision:
    return Decision(allowed=True, remaining=limit.at_once, retry_after=0.0, reset_after=0.0, is_degraded=True)
