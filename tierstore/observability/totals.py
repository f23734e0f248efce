"""Events added up to the values of metrics: pure, but for the totals themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from tierstore.observability import metrics
from tierstore.observability.events import (
    BreakerMet,
    CacheOutcome,
    CacheRead,
    Event,
    Limit,
    OperationEnded,
    RequestEnded,
    RetriesExhausted,
)
from tierstore.observability.metrics import Metric, Tier

MAXIMUM_LATENCIES: Final = 10_000
"""Kept of one series; more than that between two readings are counted, but their times are left out."""
_HITS: Final = (CacheOutcome.LOCAL_HIT, CacheOutcome.HIT)

Values: TypeAlias = Mapping[Metric, float | list[float]]
"""A number for each metric, or every single value of it."""


class Series(NamedTuple):
    """What values are told apart by."""

    tier: Tier
    operation: str | None
    """None for what belongs to the process as a whole."""


class Totals:
    """What happened since the last reading. Not for several threads at once."""

    def __init__(self) -> None:
        self._counts: defaultdict[Series, dict[Metric, float]] = defaultdict(dict)
        self._latencies: defaultdict[Series, list[float]] = defaultdict(list)

    def add(self, event: Event) -> None:
        """Add an event."""
        match event:
            case OperationEnded():
                self._add_call(Series(Tier.ALL, event.operation), event)
            case RequestEnded():
                self._add_request(event)
            case CacheRead():
                self._add_read(event)
            case RetriesExhausted():
                series = Series(event.tier, event.operation)
                self._count(series, metrics.RETRIES_EXHAUSTED)
                self._count(series, metrics.RETRY_BUDGET_EXHAUSTED, event.limit is Limit.BUDGET)
            case BreakerMet():
                self._raise(event.tier, metrics.BREAKER_OPEN, int(event.is_open))

    def read(self) -> Iterator[tuple[Series, Values]]:
        """What was added since the last reading."""
        counts, self._counts = self._counts, defaultdict(dict)
        latencies, self._latencies = self._latencies, defaultdict(list)
        for series, values in counts.items():
            times = {metrics.LATENCY: latencies[series]} if series in latencies else {}
            yield series, {**times, **values}

    def _add_call(self, series: Series, event: OperationEnded | RequestEnded) -> None:
        self._count(series, metrics.CALLS)
        self._count(series, metrics.ERRORS, event.error is not None)
        self._count(series, metrics.FAULTS, event.error is not None and event.error.is_fault)
        if event.error is not None:
            self._count(series, metrics.ERRORS_BY_KIND[event.error])
        if not event.has_waited and len(self._latencies[series]) < MAXIMUM_LATENCIES:
            self._latencies[series].append(round(event.seconds * 1000, 3))

    def _add_request(self, event: RequestEnded) -> None:
        series = Series(event.tier, event.operation)
        self._add_call(series, event)
        self._count(series, metrics.RETRIES, event.is_retry)
        if event.tier is Tier.DYNAMODB:
            self._count(series, metrics.READ_UNITS, event.read_units)
            self._count(series, metrics.WRITE_UNITS, event.write_units)
        self._raise(event.tier, metrics.POOL_USE, 100 * event.under_way / event.connections)

    def _add_read(self, event: CacheRead) -> None:
        series = Series(Tier.CACHE, event.operation)
        outcome, copies = event.outcome, event.copies
        # A stale copy answers a read that was told as a miss before.
        self._count(series, metrics.CACHE_READS, 0 if outcome is CacheOutcome.STALE else copies)
        self._count(series, metrics.CACHE_HITS, copies if outcome in _HITS else 0)
        self._count(series, metrics.CACHE_LOCAL_HITS, copies if outcome is CacheOutcome.LOCAL_HIT else 0)
        self._count(series, metrics.CACHE_NEGATIVE_HITS, event.negative)
        self._count(series, metrics.CACHE_MISSES, copies if outcome is CacheOutcome.MISS else 0)
        self._count(series, metrics.CACHE_UNREACHABLE, copies if outcome is CacheOutcome.UNREACHABLE else 0)
        self._count(series, metrics.CACHE_STALE, copies if outcome is CacheOutcome.STALE else 0)

    def _count(self, series: Series, metric: Metric, number: float = 1) -> None:
        counts = self._counts[series]
        counts[metric] = counts.get(metric, 0) + number

    def _raise(self, tier: Tier, metric: Metric, number: float) -> None:
        highest = self._counts[Series(tier, None)]
        highest[metric] = max(highest.get(metric, 0), number)
