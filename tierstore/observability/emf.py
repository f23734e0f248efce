"""Metrics as lines of CloudWatch's embedded metric format, which CloudWatch Logs turns into metrics by itself.

Rendered here, which takes a page and 3 µs an operation: AWS Lambda Powertools keeps one set of dimensions at a time and
takes 42 µs for the same values, and aws-embedded-metrics brings aiohttp along.
"""

from __future__ import annotations

import atexit
import logging
import sys
import time
from collections.abc import Callable, Iterator
from threading import Event as Signal
from threading import Lock, Thread
from typing import Any, Final, Self, TypeAlias

import msgspec

from tierstore.core.processes import PerProcess
from tierstore.observability.events import Event
from tierstore.observability.metrics import BY_OPERATION, BY_TIER, NAMESPACE, Dimension, Metric
from tierstore.observability.totals import Series, Totals, Values

MAXIMUM_VALUES: Final = 100
"""Of one metric in one line (CloudWatch User Guide, "Specification: Embedded metric format")."""
EVENTS_BETWEEN_LINES: Final = 20_000
"""After so many events lines are written before their time."""
_LOG: Final = logging.getLogger(__name__)

Write: TypeAlias = Callable[[str], object]
"""Takes one line, without its end: `logger.info`, or `print`."""


def lines(environment: str, series: Series, values: Values, *, milliseconds: int) -> Iterator[str]:
    """The values as lines, the first with every metric, others with the single values that it has no room for.

    `milliseconds` since the epoch are the metrics' time.
    """
    many = {metric: _pieces(value) for metric, value in values.items() if isinstance(value, list)}
    for place in range(max((1, *map(len, many.values())))):
        here: dict[Metric, Any] = {metric: parts[place] for metric, parts in many.items() if place < len(parts)}
        if place == 0:
            here |= {metric: value for metric, value in values.items() if metric not in many}
        yield _line(environment, series, here, milliseconds)


def _pieces(values: list[float]) -> list[list[float]]:
    return [values[start : start + MAXIMUM_VALUES] for start in range(0, len(values), MAXIMUM_VALUES)]


def _line(environment: str, series: Series, values: dict[Metric, Any], milliseconds: int) -> str:
    directives = [_directive(BY_TIER, list(values))]
    members: dict[str, Any] = {Dimension.ENVIRONMENT: environment, Dimension.TIER: series.tier}
    if series.operation is not None:
        members[Dimension.OPERATION] = series.operation
        if by_operation := [metric for metric in values if metric.by_operation]:
            directives.append(_directive(BY_OPERATION, by_operation))
    members |= {metric.name: value for metric, value in values.items()}
    document = {"_aws": {"Timestamp": milliseconds, "CloudWatchMetrics": directives}, **members}
    return msgspec.json.encode(document).decode()


def _directive(dimensions: tuple[str, ...], metrics: list[Metric]) -> dict[str, Any]:
    definitions = [{"Name": metric.name, "Unit": metric.unit} for metric in metrics]
    return {"Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": definitions}


class EmfMetrics:
    """Adds a storage's events up, and writes them as lines every now and then: give it to a storage as `observe`.

    A thread of its own writes, every `seconds` or after many events, so that no operation waits for it; `close` and the
    end of the process write what is left. A forked child begins anew.
    """

    def __init__(self, environment: str, *, write: Write | None = None, seconds: float = 10.0) -> None:
        self._environment = environment
        self._write = write or _print
        self._seconds = seconds
        self._collecting: PerProcess[_Collecting] = PerProcess(self._begin)

    def __call__(self, event: Event) -> None:
        """Add an event."""
        collecting = self._collecting()
        with collecting.lock:
            collecting.totals.add(event)
            collecting.events += 1
            if collecting.events == EVENTS_BETWEEN_LINES:
                collecting.wake.set()

    def flush(self) -> None:
        """Write what was added since the last lines, in the caller's thread: at the end of a Lambda invocation."""
        collecting = self._collecting()
        with collecting.lock:
            collecting.events = 0
            readings = list(collecting.totals.read())
        milliseconds = time.time_ns() // 1_000_000
        for series, values in readings:
            for line in lines(self._environment, series, values, milliseconds=milliseconds):
                try:
                    self._write(line)
                except Exception:  # noqa: BLE001 - logged with its traceback
                    _LOG.exception("a line of metrics could not be written")

    def close(self) -> None:
        """Write what is left, and end the thread; a later event starts another."""
        if self._collecting.is_made:
            collecting = self._collecting()
            collecting.is_over = True
            collecting.wake.set()
            collecting.thread.join()
            self.flush()
            self._collecting.forget()
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> _Collecting:
        atexit.register(self.close)
        return _Collecting(self._write_now_and_then)

    def _write_now_and_then(self, collecting: _Collecting) -> None:
        while True:
            collecting.wake.wait(self._seconds)
            if collecting.is_over:
                return
            collecting.wake.clear()
            self.flush()


class _Collecting:
    """What one process has of the metrics, and the thread that writes them."""

    def __init__(self, write: Callable[[_Collecting], None]) -> None:
        self.lock = Lock()
        self.totals = Totals()
        self.events = 0
        self.wake = Signal()
        self.is_over = False
        self.thread = Thread(target=write, args=(self,), name="tierstore-metrics", daemon=True)
        self.thread.start()


def _print(line: str) -> None:
    # In one piece: other threads may print at the same time.
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
