"""What happened when, in seconds after the trigger, told as it happens."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happened, in seconds after the trigger."""

    seconds: float
    what: str


class Timeline:
    """Collects moments; seconds count from `start`, a time of the monotonic clock."""

    def __init__(self, start: float, *, tell: Callable[[Moment], None]) -> None:
        self._start = start
        self._tell = tell
        self._moments: list[Moment] = []

    def now(self, what: str) -> float:
        """Note that something happens now; returns the seconds."""
        return self.at(time.monotonic(), what)

    def at(self, moment: float, what: str) -> float:
        """Note that something happened at a time of the monotonic clock; returns the seconds."""
        noted = Moment(seconds=moment - self._start, what=what)
        self._moments.append(noted)
        self._tell(noted)
        return noted.seconds

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Everything noted, in order of time."""
        return tuple(sorted(self._moments, key=lambda moment: moment.seconds))
