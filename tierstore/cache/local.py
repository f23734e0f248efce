"""Copies that a process keeps for itself: bounded in number and in age."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Final, NamedTuple

MAXIMUM_COPIES: Final = 10_000
"""Of all entities together; at 1 KB each about 10 MB."""


class _LocalCopy(NamedTuple):
    value: Any
    until: float


class LocalCopies:
    """The copies of this process, oldest first; threads share them."""

    def __init__(self, *, clock: Callable[[], float], maximum: int = MAXIMUM_COPIES) -> None:
        self._clock = clock
        self._maximum = maximum
        self._copies: dict[str, _LocalCopy] = {}
        self._lock = Lock()

    def get(self, key: str) -> Any | None:
        """What is kept under the key; None where there is nothing, or nothing recent enough."""
        # Without the lock, since one look into a dictionary is one step.
        copy = self._copies.get(key)
        return copy.value if copy is not None and self._clock() < copy.until else None

    def put(self, key: str, value: Any, *, seconds: float) -> None:
        """Keep a value for so long, or until the space is needed for newer ones."""
        with self._lock:
            self._copies.pop(key, None)
            if len(self._copies) >= self._maximum:
                del self._copies[next(iter(self._copies))]
            self._copies[key] = _LocalCopy(value, self._clock() + seconds)

    def drop(self, key: str) -> None:
        """Forget what is kept under the key."""
        with self._lock:
            self._copies.pop(key, None)
