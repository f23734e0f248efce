"""Capacity units spread over time, so that a batch job leaves the rest to the application."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from tierstore.errors import InvalidError


class Pace:
    """No more than `units_per_second` on average, shared by all who work at once.

    What a request takes is known afterwards only, so it is paid back by waiting before the next one.
    """

    def __init__(self, what: str, units_per_second: float, now: Callable[[], datetime]) -> None:
        if units_per_second <= 0:
            raise InvalidError(f"{units_per_second:g} {what} units a second; give a number above 0")
        self._units_per_second = units_per_second
        self._now = now
        self._paid_until = 0.0
        self._lock = Lock()

    def spend(self, units: float) -> float:
        """Note units that were taken; the seconds to wait before more are."""
        now = self._now().timestamp()
        with self._lock:
            self._paid_until = max(self._paid_until, now) + units / self._units_per_second
            return self._paid_until - now
