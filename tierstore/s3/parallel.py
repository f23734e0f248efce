"""The same work on many pieces, a few at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from tierstore.core.effects import Plan, together

Piece = TypeVar("Piece")

WORKERS: Final = 4
"""Pieces under way at once: a few connections fill most links, and each costs a thread."""


def in_parallel(work: Callable[[Piece], Plan[None]], pieces: Iterable[Piece]) -> Plan[None]:
    """Do the work on every piece; the first error ends it, once the pieces under way are done."""
    waiting = deque(pieces)

    def worker() -> Plan[None]:
        while waiting:
            try:
                piece = waiting.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                yield from work(piece)
            except BaseException:
                waiting.clear()
                raise

    if waiting:
        yield from together([worker() for _ in range(min(WORKERS, len(waiting)))])
