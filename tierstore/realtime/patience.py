"""How requests to Redis are tried again where nothing else can answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy

FAILOVER: Final = Backoff(attempts=15, base_seconds=0.05, cap_seconds=1.0)
"""Waits 5 s on average and 10 s at most: longer than a replica needs to take over where nodes time out in seconds."""
_RETRIES_AT_ONCE: Final = 10_000
"""Most retries meet a breaker in this process and never a node, so the budget is there to end a storm, not to save."""


def through_a_failover(random: Callable[[], float]) -> RetryPolicy:
    """Tries until a replica has taken over, or the caller's deadline passes."""
    return RetryPolicy(
        failed=FAILOVER, throttled=FAILOVER, budget=RetryBudget(capacity=_RETRIES_AT_ONCE), random=random
    )


_BRIEFLY: Final = Backoff(attempts=3, base_seconds=0.02, cap_seconds=0.1)
"""Long enough for a connection that broke, or a slot that moved."""


def briefly(random: Callable[[], float]) -> RetryPolicy:
    """For what can be done another way while Redis is away."""
    budget = RetryBudget(capacity=_RETRIES_AT_ONCE)
    return RetryPolicy(failed=_BRIEFLY, throttled=_BRIEFLY, budget=budget, random=random)
