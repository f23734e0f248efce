"""Things that must not be shared with a forked child: sockets, threads, locks."""

from __future__ import annotations

import os
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar
from weakref import WeakSet

Value = TypeVar("Value")

_everywhere: WeakSet[PerProcess[Any]] = WeakSet()


class PerProcess(Generic[Value]):
    """A value made when it is first needed, once in each process.

    A forked child makes its own and never touches the parent's.
    """

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make = make
        self._value: tuple[Value] | None = None
        self._lock = Lock()
        _everywhere.add(self)

    def __call__(self) -> Value:
        """The value of this process."""
        value = self._value
        if value is None:
            with self._lock:
                value = self._value = self._value or (self._make(),)
        return value[0]

    @property
    def is_made(self) -> bool:
        """Whether this process has the value already."""
        return self._value is not None

    def forget(self) -> None:
        """Make it anew when it is needed again."""
        self._value = None
        # Another thread of the parent may have held the lock when the child was forked.
        self._lock = Lock()


def _forget_everything() -> None:
    for value in tuple(_everywhere):
        value.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_everything)
