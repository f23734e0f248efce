"""How far a transfer is."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeAlias

Report: TypeAlias = Callable[[int, int], None]
"""Told the bytes that are done and the bytes in all; after each part, one call at a time, from any thread."""


class Progress:
    """Adds up what several workers have done."""

    def __init__(self, total: int, report: Report | None) -> None:
        self._total = total
        self._done = 0
        self._report = report
        self._lock = Lock()

    def add(self, done: int) -> None:
        """Note further bytes."""
        with self._lock:
            self._done += done
            if self._report is not None:
                self._report(self._done, self._total)
