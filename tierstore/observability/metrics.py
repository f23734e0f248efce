"""The metrics that a storage publishes: names, units and dimensions, on which alarms and dashboards are built.

Imports nothing but the standard library, so that what declares alarms may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NAMESPACE: Final = "Tierstore"


class Dimension(StrEnum):
    """What a metric is told apart by."""

    ENVIRONMENT = "Environment"
    """As in `dev`."""
    TIER = "Tier"
    """A `Tier`."""
    OPERATION = "Operation"
    """Group and method, as the access pattern's name: `users.get`."""


BY_TIER: Final = (Dimension.ENVIRONMENT, Dimension.TIER)
"""Dimensions of every metric."""
BY_OPERATION: Final = (*BY_TIER, Dimension.OPERATION)
"""Dimensions, besides, of the metrics that say so."""


class Tier(StrEnum):
    """Where something was measured."""

    ALL = "all"
    """The whole operation as its caller sees it, whatever tiers it touched and however often."""
    DYNAMODB = "dynamodb"
    S3 = "s3"
    REDIS = "redis"
    CACHE = "cache"
    """The entity cache, in Redis and in the process."""


class Unit(StrEnum):
    """As CloudWatch names them."""

    MILLISECONDS = "Milliseconds"
    COUNT = "Count"
    PERCENT = "Percent"


class ErrorKind(StrEnum):
    """Why something failed, in few words: the errors of `tierstore.errors`, the finer ones under their base."""

    INVALID = "invalid"
    TOO_LARGE = "too_large"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    ACCESS_DENIED = "access_denied"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    TIMED_OUT = "timed_out"
    CORRUPT = "corrupt"
    NEWER_SCHEMA = "newer_schema"
    UNEXPECTED = "unexpected"
    """No error of the library."""
    CANCELLED = "cancelled"
    """The caller did not wait for the end."""

    @property
    def is_fault(self) -> bool:
        """Whether the storage failed, and not the caller."""
        return self not in _CALLERS


_CALLERS: Final = (
    ErrorKind.INVALID,
    ErrorKind.TOO_LARGE,
    ErrorKind.NOT_FOUND,
    ErrorKind.CONFLICT,
    ErrorKind.CANCELLED,
)
_REQUESTS: Final = (Tier.DYNAMODB, Tier.S3, Tier.REDIS)
_CALLS: Final = (Tier.ALL, *_REQUESTS)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of the namespace."""

    name: str
    unit: Unit
    tiers: tuple[Tier, ...]
    """In which it is published."""
    meaning: str
    by_operation: bool = False
    """Whether it is published for each operation too, which costs a custom metric for each that is used."""


LATENCY: Final = Metric(
    name="Latency",
    unit=Unit.MILLISECONDS,
    tiers=_CALLS,
    meaning="time of an operation (tier `all`), or of one request, its wait for a connection included",
    by_operation=True,
)
CALLS: Final = Metric(
    name="Calls",
    unit=Unit.COUNT,
    tiers=_CALLS,
    meaning="operations (tier `all`), or requests, retries included",
    by_operation=True,
)
ERRORS: Final = Metric(
    name="Errors", unit=Unit.COUNT, tiers=_CALLS, meaning="calls that ended in an error of any kind", by_operation=True
)
FAULTS: Final = Metric(
    name="Faults",
    unit=Unit.COUNT,
    tiers=_CALLS,
    meaning="errors that are the storage's and not the caller's: "
    "all kinds but `invalid`, `too_large`, `not_found`, `conflict` and `cancelled`",
    by_operation=True,
)
ERRORS_BY_KIND: Final = {
    kind: Metric(
        name="".join(word.capitalize() for word in kind.split("_")) + "Errors",
        unit=Unit.COUNT,
        tiers=_CALLS,
        meaning=f"errors of the kind `{kind}`",
    )
    for kind in ErrorKind
}
"""Published only where there were any."""
RETRIES: Final = Metric(
    name="Retries", unit=Unit.COUNT, tiers=_REQUESTS, meaning="requests that followed one that failed"
)
RETRIES_EXHAUSTED: Final = Metric(
    name="RetriesExhausted",
    unit=Unit.COUNT,
    tiers=_REQUESTS,
    meaning="failures that were not tried again, since attempts, retry budget, deadline or pace did not allow it",
)
RETRY_BUDGET_EXHAUSTED: Final = Metric(
    name="RetryBudgetExhausted", unit=Unit.COUNT, tiers=_REQUESTS, meaning="those where the retry budget was"
)
BREAKER_OPEN: Final = Metric(
    name="BreakerOpen",
    unit=Unit.COUNT,
    tiers=_REQUESTS,
    meaning="1 where a circuit breaker opened or stood in a request's way, 0 where one closed: watch its maximum, "
    "and take missing data for good",
)
POOL_USE: Final = Metric(
    name="PoolUse",
    unit=Unit.PERCENT,
    tiers=_REQUESTS,
    meaning="most requests under way at once in the process, as a share of the connections it may have; "
    "above 100, requests wait",
)
READ_UNITS: Final = Metric(
    name="ConsumedReadUnits",
    unit=Unit.COUNT,
    tiers=(Tier.DYNAMODB,),
    meaning="read capacity units, as DynamoDB tells them",
)
WRITE_UNITS: Final = Metric(
    name="ConsumedWriteUnits",
    unit=Unit.COUNT,
    tiers=(Tier.DYNAMODB,),
    meaning="write capacity units, as DynamoDB tells them",
)
CACHE_READS: Final = Metric(
    name="CacheReads",
    unit=Unit.COUNT,
    tiers=(Tier.CACHE,),
    meaning="entities looked up in the cache: hits, misses, and reads while Redis was out of reach",
    by_operation=True,
)
CACHE_HITS: Final = Metric(
    name="CacheHits",
    unit=Unit.COUNT,
    tiers=(Tier.CACHE,),
    meaning="reads that a fresh copy answered, in the process or in Redis; "
    "the hit ratio is the sum of these by that of the reads",
    by_operation=True,
)
CACHE_LOCAL_HITS: Final = Metric(
    name="CacheLocalHits", unit=Unit.COUNT, tiers=(Tier.CACHE,), meaning="hits that the process answered by itself"
)
CACHE_NEGATIVE_HITS: Final = Metric(
    name="CacheNegativeHits", unit=Unit.COUNT, tiers=(Tier.CACHE,), meaning="hits that said: there is no such item"
)
CACHE_MISSES: Final = Metric(
    name="CacheMisses", unit=Unit.COUNT, tiers=(Tier.CACHE,), meaning="reads that found no fresh copy"
)
CACHE_UNREACHABLE: Final = Metric(
    name="CacheUnreachable",
    unit=Unit.COUNT,
    tiers=(Tier.CACHE,),
    meaning="reads that the table answered, since Redis was out of reach or known to be behind",
)
CACHE_STALE: Final = Metric(
    name="CacheStale",
    unit=Unit.COUNT,
    tiers=(Tier.CACHE,),
    meaning="misses that an expired copy answered, since the table was out of reach",
)

METRICS: Final = (
    LATENCY,
    CALLS,
    ERRORS,
    FAULTS,
    *ERRORS_BY_KIND.values(),
    RETRIES,
    RETRIES_EXHAUSTED,
    RETRY_BUDGET_EXHAUSTED,
    BREAKER_OPEN,
    POOL_USE,
    READ_UNITS,
    WRITE_UNITS,
    CACHE_READS,
    CACHE_HITS,
    CACHE_LOCAL_HITS,
    CACHE_NEGATIVE_HITS,
    CACHE_MISSES,
    CACHE_UNREACHABLE,
    CACHE_STALE,
)
