"""A circuit breaker: calls to a dependency that keeps failing are not made at all for a while."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from tierstore.errors import UnavailableError
from tierstore.observability.watch import current_watch

_LOG: Final = logging.getLogger(__name__)


class Breaker:
    """Opens after `failures` failures in a row, then lets one probe pass every `rest_seconds` until one succeeds.

    Those in a row must have gone on for `failing_seconds`: many requests under way at once may fail by one mishap.

    Whoever calls the dependency asks `check` first and reports with `succeeded` or `failed`. Only failures of the
    dependency count (no connection, no answer in time, its own error); a refusal of the request is a success.
    Threads may share one: at worst a few calls more than `failures` are made before it opens.
    """

    def __init__(
        self,
        dependency: str,
        *,
        failures: int = 5,
        failing_seconds: float = 0.0,
        rest_seconds: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._dependency = dependency
        self._limit = failures
        self._rest_seconds = rest_seconds
        self._clock = clock
        self._failing_seconds = failing_seconds
        self._failures = 0
        self._failing_since = 0.0
        self._probe_at = 0.0
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """Whether the dependency counts as failed."""
        return self._is_open

    def check(self) -> None:
        """Let the call pass; raises `UnavailableError` while the dependency rests."""
        if not self._is_open:
            return
        now = self._clock()
        if now < self._probe_at:
            self._tell(is_open=True)
            raise UnavailableError(
                f"{self._dependency} failed {self._failures} times in a row; it is tried again in "
                f"{self._probe_at - now:.1f} s"
            )
        self._probe_at = now + self._rest_seconds

    def succeeded(self) -> None:
        """Report that the dependency answered."""
        was_open = self._is_open
        self._failures = 0
        self._is_open = False
        if was_open:
            self._log("answers again", is_open=False)
            self._tell(is_open=False)

    def failed(self) -> None:
        """Report that the dependency failed."""
        now = self._clock()
        if self._failures == 0:
            self._failing_since = now
        self._failures += 1
        self._probe_at = now + self._rest_seconds
        goes_on = now - self._failing_since >= self._failing_seconds
        if self._failures >= self._limit and goes_on and not self._is_open:
            self._is_open = True
            self._log("counts as failed, and rests between probes", is_open=True)
        if self._is_open:
            self._tell(is_open=True)

    def _log(self, said: str, *, is_open: bool) -> None:
        _LOG.warning("%s %s", self._dependency, said, extra={"dependency": self._dependency, "is_open": is_open})

    def _tell(self, *, is_open: bool) -> None:
        if (watch := current_watch()) is not None:
            watch.met_breaker(self._dependency, is_open=is_open)
