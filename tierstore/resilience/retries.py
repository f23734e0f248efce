"""When to try again, and how long to wait first."""

from __future__ import annotations

import random
from collections.abc import Callable


def full_jitter(attempt: int, *, base: float, cap: float, draw: Callable[[], float] = random.random) -> float:
    """Seconds to wait before retry number `attempt` (0 is the first): anything from 0 to `base` × 2^attempt, or `cap`.

    «Full jitter» of aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter: callers that failed together do
    not come back together. `draw` gives a number from 0 to 1.
    """
    return draw() * min(cap, base * 2.0**attempt)


class RetryBudget:
    """Allows retries in proportion to successes, so that a failing dependency is not hit by a multiple of its load.

    Starts full; a retry takes one token, a success gives `refill` of one back. With the defaults, retries add at most
    a tenth to the requests once 100 are spent. Threads may share one: a lost update costs a fraction of a token.
    """

    def __init__(self, *, tokens: float = 100, refill: float = 0.1) -> None:
        self._full = tokens
        self._tokens = tokens
        self._refill = refill

    def take(self) -> bool:
        """Take a token for one retry; False where the budget is used up and the error should be reported instead."""
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def succeeded(self) -> None:
        """Report a request that succeeded."""
        if self._tokens < self._full:
            self._tokens = min(self._full, self._tokens + self._refill)
