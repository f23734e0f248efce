"""How fast requests may follow each other while a service refuses more than it admits."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from tierstore.core.deadlines import within_deadline
from tierstore.core.effects import Plan, Sleep
from tierstore.errors import ThrottledError

_AT_ONCE: Final = 0.001
"""Seconds that are not worth a pause."""
WINDOW_SECONDS: Final = 0.5
"""How long is counted before the rate is set anew."""
LONGEST_WAIT: Final = 5.0
"""Seconds in which a request's turn must come; the capacity that it waits for is in other hands for longer."""
_ENOUGH: Final = 10
"""Requests that tell something of the rate; with fewer, the window is four times as long."""
_STORM: Final = 20
"""Refused requests that are no chance, if fewer are admitted."""
_TOLERATED: Final = 0.1
"""Refused requests for each that is admitted; without any, nobody would know that there is more to be had."""
_USED: Final = 0.9
"""Share of the rate that is used when it limits."""
_FIRST_RATE: Final = 100.0
"""Requests in a second with which a storm is met, if no more were admitted until then: it grows fast if that helps."""
_FIRST_GROWTH: Final = 1.5
"""By which the rate is multiplied after each window in which few are refused, and at most."""
_GROWTH_STEP: Final = 0.05
"""By which the growth itself grows from 1 again, after a window in which too many were."""
_LOWEST_RATE: Final = 2.0
"""Requests in a second, so that it is noticed when capacity is back."""


class Pace:
    """The rate at which a process sends to one table; unlimited until, within a window, most requests are refused.

    Then each request waits for its turn, at the rate at which requests were admitted; the rate grows while few are
    refused, and ends when less is asked for. A request whose turn would come too late is refused at once. A hot key
    that gets less than half of a table's requests slows nobody else: its own retries wait by backoff alone.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self.is_limiting = False
        self.admitted = 0
        """Requests that were not refused in this window; whoever sends them counts them."""
        self._refused = 0
        self._window_began = clock()
        self._rate = 0.0
        self._growth = 1.0
        self._last_turn = 0.0
        """Turns are numbered."""
        self._due = 0.0
        """The turn whose time it is; a fraction on the way to the next."""
        self._due_at = clock()

    def throttled(self) -> None:
        """Report that the service refused a request for being too many."""
        with self._lock:
            self._refused += 1
            self._judge(self._clock())

    def first_turn(self) -> Plan[None]:
        """Wait for the turn of a request that was not sent before; raises `ThrottledError` where it comes too late."""
        may_go_on = yield from self.turn()
        if not may_go_on:
            raise ThrottledError(
                f"so many requests wait for one table, which admits {self._rate:.0f} a second now, that this one was "
                "not sent"
            )

    def turn(self) -> Plan[bool]:
        """Wait for a request's turn; False, as soon as it is known, where it would come too late."""
        with self._lock:
            if not self._limits():
                return True
            turn = max(self._last_turn, self._due) + 1
            wait = (turn - self._due) / self._rate
            if wait > within_deadline(LONGEST_WAIT):
                return False
            self._last_turn = turn
        while wait > _AT_ONCE:
            # Looks again now and then, since the rate changes.
            yield Sleep(seconds=min(wait, WINDOW_SECONDS))
            with self._lock:
                wait = (turn - self._due) / self._rate if self._limits() else 0.0
            if wait > within_deadline(wait):
                return False
        return True

    def _limits(self) -> bool:
        """Whether requests have to wait; lets time pass for the turns."""
        now = self._clock()
        self._due += (now - self._due_at) * self._rate
        self._due_at = now
        self._judge(now)
        return self.is_limiting

    def _judge(self, now: float) -> None:
        """Set the rate anew by what happened since it was set the last time."""
        seconds, admitted, refused = now - self._window_began, self.admitted, self._refused
        is_storm = refused >= _STORM and refused > admitted
        is_over = seconds >= (WINDOW_SECONDS if admitted + refused >= _ENOUGH else 4 * WINDOW_SECONDS)
        if not is_over and (self.is_limiting or not is_storm):
            return
        self.admitted = self._refused = 0
        self._window_began = now
        measured = admitted / max(seconds, WINDOW_SECONDS)
        if not self.is_limiting:
            if is_storm:
                self.is_limiting = True
                self._rate = max(_FIRST_RATE, measured)
                self._growth = _FIRST_GROWTH
                self._last_turn = self._due
                self._due_at = now
        elif refused > _TOLERATED * admitted:
            self._rate = max(_LOWEST_RATE, min(self._rate, measured))
            self._growth = 1.0
        elif admitted + 1 > _USED * self._rate * seconds:
            self._growth = min(self._growth + _GROWTH_STEP, _FIRST_GROWTH)
            self._rate *= self._growth
        elif self._last_turn <= self._due + 1:
            self.is_limiting = False
