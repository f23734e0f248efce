"""Deadlines that span tiers: whatever is called within one has only what is left of its time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from tierstore.errors import TimedOutError

NONE: Final = float("inf")
_moment: ContextVar[float] = ContextVar("tierstore_deadline", default=NONE)
"""On the monotonic clock; a context variable, so that threads and tasks have each their own."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Give every operation inside at most `seconds` altogether; of nested deadlines the earliest holds."""
    token = _moment.set(min(_moment.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _moment.reset(token)


def seconds_left() -> float:
    """Seconds until the caller's deadline, infinite without one, 0 or less once it has passed."""
    moment = _moment.get()
    return NONE if moment == NONE else moment - time.monotonic()


def within_deadline(seconds: float) -> float:
    """The shorter of `seconds` and what is left; raises `TimedOutError` where nothing is left, so nothing is sent."""
    left = seconds_left()
    if left <= 0:
        raise TimedOutError("the deadline had passed before the request was sent")
    return min(seconds, left)
