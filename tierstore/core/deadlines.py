"""Deadlines: how long a piece of work may take in all, whatever tiers it touches and however often it tries."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_ends_at: Final[ContextVar[float | None]] = ContextVar("tierstore_deadline", default=None)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Let every operation in the block end within `seconds` of its beginning, or raise `TimedOutError`.

    Works in threads and in asyncio; a deadline within another never extends it.
    """
    ends_at = time.monotonic() + seconds
    outer = _ends_at.get()
    token = _ends_at.set(ends_at if outer is None else min(outer, ends_at))
    try:
        yield
    finally:
        _ends_at.reset(token)


def remaining() -> float | None:
    """Seconds until the deadline, negative after it; None without one."""
    ends_at = _ends_at.get()
    return None if ends_at is None else ends_at - time.monotonic()


def within_deadline(seconds: float) -> float:
    """`seconds`, or what remains until the deadline if that is less; never negative."""
    left = remaining()
    return seconds if left is None else max(0.0, min(seconds, left))
