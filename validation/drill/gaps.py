"""The longest time that clients went without a successful write."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A time without success, in seconds of one monotonic clock."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start


class GapMeter:
    """Follows the successes of all writers of one shard; keeps only the longest gap between two of them."""

    def __init__(self, start: float) -> None:
        self._last = start
        self._longest = Gap(start=start, end=start)
        self._lock = threading.Lock()

    def success(self, at: float) -> None:
        """Note a success; threads may report slightly out of order."""
        with self._lock:
            self._longest = _longer(self._longest, Gap(start=self._last, end=at))
            self._last = max(self._last, at)

    def longest(self, now: float) -> Gap:
        """The longest gap so far, counting the one that may still be open at `now`."""
        with self._lock:
            return _longer(self._longest, Gap(start=self._last, end=now))


def _longer(one: Gap, other: Gap) -> Gap:
    return other if other.seconds > one.seconds else one
