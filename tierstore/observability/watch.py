"""Who hears of what happens within an operation: whatever knows something worth telling asks for the current watch."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final

from tierstore.observability.events import (
    BreakerMet,
    CacheOutcome,
    CacheRead,
    Limit,
    Observe,
    RetriesExhausted,
)
from tierstore.observability.metrics import Tier


class Watch:
    """What is known of a plan under way that only the observer needs; takes what is told from within."""

    __slots__ = ("_tell", "has_waited", "is_retry", "operation", "tier")

    def __init__(self, operation: str, tell: Observe) -> None:
        self.operation = operation
        self.tier = Tier.ALL
        """Of the latest request."""
        self.is_retry = False
        """Whether the next request is one."""
        self.has_waited = False
        self._tell = tell

    def retries(self) -> None:
        """Take that the next request is a retry."""
        self.is_retry = True

    def gives_up(self, limit: Limit) -> None:
        """Take that there is no other try."""
        self.is_retry = False
        self._tell(RetriesExhausted(operation=self.operation, tier=self.tier, limit=limit))

    def read_cache(self, entity: str, outcome: CacheOutcome, *, copies: int, negative: int) -> None:
        """Take what became of reads of the entity cache."""
        self._tell(
            CacheRead(operation=self.operation, entity=entity, outcome=outcome, copies=copies, negative=negative)
        )

    def met_breaker(self, dependency: str, *, is_open: bool) -> None:
        """Take how a request found a breaker, or left it."""
        self._tell(BreakerMet(tier=self.tier, dependency=dependency, is_open=is_open))


watched_by: Final[ContextVar[Watch | None]] = ContextVar("tierstore_watch", default=None)
current_watch: Final = watched_by.get
"""Who takes what happens right now; None where nobody observes."""
