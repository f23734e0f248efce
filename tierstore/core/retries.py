"""Trying again: how long to wait, how often, and when to give up for everybody's sake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Final

from tierstore.core.deadlines import remaining
from tierstore.core.effects import Answer_co, Effect, Plan, Sleep
from tierstore.core.pace import Pace
from tierstore.errors import StorageError, ThrottledError
from tierstore.observability.events import Limit
from tierstore.observability.watch import current_watch


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Exponential backoff with full jitter: attempt n waits a random time below `base_seconds` × 2ⁿ.

    Full jitter spreads the callers that failed together (AWS Architecture Blog, "Exponential Backoff And Jitter").
    """

    attempts: int
    """Including the first."""
    base_seconds: float
    cap_seconds: float

    def delays(self, random: Callable[[], float]) -> Iterator[float]:
        """The waits between the attempts, in seconds; `random` gives numbers from 0 to below 1."""
        for attempt in range(self.attempts - 1):
            yield random() * min(self.cap_seconds, self.base_seconds * 2**attempt)


class RetryBudget:
    """Limits retries to a share of all requests, so that a failing service is not met with a multiple of the load.

    Every first attempt pays `share` of a retry in; every retry takes one out. A full budget covers short outages.
    Many threads share one.
    """

    def __init__(self, *, capacity: float = 100.0, share: float = 0.1) -> None:
        self._capacity = capacity
        self._share = share
        self._left = capacity
        self._lock = Lock()

    def pay_in(self) -> None:
        """Note a first attempt."""
        # A full budget stays full: the usual case, which needs no lock.
        if self._left < self._capacity:
            with self._lock:
                self._left = min(self._capacity, self._left + self._share)

    def take_out(self) -> bool:
        """Take a retry if there is one left."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How requests of one service are tried again."""

    failed: Backoff
    """After the service failed or could not be reached."""
    throttled: Backoff
    """After the service asked to slow down."""
    budget: RetryBudget
    random: Callable[[], float]

    def retrying(self, effect: Effect[Answer_co], pace: Pace | None = None) -> Plan[Answer_co]:
        """Ask for the effect until it is answered, an error forbids another try, or attempts, budget or time run out.

        The error that ends it is the last one; it is in doubt if any attempt was. Every attempt keeps the pace.
        """
        self.budget.pay_in()
        if pace is not None and pace.is_limiting:
            yield from pace.first_turn()
        try:
            answer: Answer_co = yield effect
        except StorageError as first:
            if not first.retryable:
                raise
            error = first
        else:
            if pace is not None:
                pace.admitted += 1
            return answer
        return (yield from self._retrying(effect, error, pace))

    def _retrying(self, effect: Effect[Answer_co], error: StorageError, pace: Pace | None) -> Plan[Answer_co]:
        """Ask again after the first error."""
        in_doubt = error.in_doubt
        failed, throttled = self.failed.delays(self.random), self.throttled.delays(self.random)
        while True:
            if pace is not None and isinstance(error, ThrottledError):
                pace.throttled()
            may_go_on = yield from self.wait(throttled if isinstance(error, ThrottledError) else failed)
            if may_go_on and pace is not None and pace.is_limiting:
                may_go_on = yield from pace.turn()
                if not may_go_on:
                    _tell(Limit.PACE)
            if not may_go_on:
                raise error
            try:
                answer: Answer_co = yield effect
            except StorageError as again:
                again.in_doubt = in_doubt = in_doubt or again.in_doubt
                if not again.retryable:
                    raise
                error = again
            else:
                if pace is not None:
                    pace.admitted += 1
                return answer

    def wait(self, delays: Iterator[float]) -> Plan[bool]:
        """Wait for the next delay; False, at once, where attempts, budget or time do not allow another try."""
        delay = next(delays, None)
        left = remaining()
        if delay is None:
            limit = Limit.ATTEMPTS
        elif left is not None and left <= delay:
            limit = Limit.DEADLINE
        elif not self.budget.take_out():
            limit = Limit.BUDGET
        else:
            yield Sleep(seconds=delay)
            if (watch := current_watch()) is not None:
                watch.retries()
            return True
        _tell(limit)
        return False


def _tell(limit: Limit) -> None:
    if (watch := current_watch()) is not None:
        watch.gives_up(limit)


_FAILED: Final = Backoff(attempts=5, base_seconds=0.025, cap_seconds=1.0)
"""A failing service is tried for a fraction of a second; the base is that of botocore's retries for DynamoDB."""
_THROTTLED: Final = Backoff(attempts=8, base_seconds=0.1, cap_seconds=5.0)
"""A throttled table has its capacity back within seconds."""


def standard_retries(random: Callable[[], float]) -> RetryPolicy:
    """The policy of an AWS service, with a budget of its own."""
    return RetryPolicy(failed=_FAILED, throttled=_THROTTLED, budget=RetryBudget(), random=random)
