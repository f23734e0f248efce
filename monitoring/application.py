"""Rules of what the library measures of itself, in every process that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.schema import Environment
from monitoring.alarm import Alarm
from monitoring.rule import Comparison, Missing, Rule, Severity, Tier
from tierstore.observability import metrics
from tierstore.observability.metrics import Dimension, Metric
from tierstore.observability.metrics import Tier as Measured

_NOBODY: Final = "no application runs, or none publishes its metrics"


def _rule(
    id_: str,
    *measured: Metric,
    title: str,
    each: str,
    statistic: str,
    threshold: str,
    unit: str = "",
    expression: str | None = None,
    comparison: Comparison = Comparison.ABOVE,
    severity: Severity,
    meaning: str,
    first_action: str,
) -> Rule:
    return Rule(
        id=id_,
        tier=Tier.APPLICATION,
        title=title,
        each=each,
        namespace=metrics.NAMESPACE,
        metrics=tuple(metric.name for metric in measured),
        statistic=statistic,
        expression=expression,
        comparison=comparison,
        threshold=threshold,
        unit=unit,
        missing=Missing.NOT_BREACHING,
        why_missing=_NOBODY,
        severity=severity,
        meaning=meaning,
        first_action=first_action,
    )


FAULTS: Final = _rule(
    "faults",
    metrics.FAULTS,
    metrics.CALLS,
    title="Operations fail",
    each="environment",
    statistic="Sum",
    # One failure of a handful says nothing.
    expression="IF(m2 > 100, 100 * m1 / m2, 0)",
    threshold="application_fault_percent",
    unit="% of the operations",
    severity=Severity.CRITICAL,
    meaning="Callers see errors that are not theirs: throttled, unavailable, timed out, access denied, corrupt.",
    first_action="see which kind of error grew (ThrottledErrors, UnavailableErrors, …) and in which tier.",
)
LATENCY: Final = _rule(
    "latency",
    metrics.LATENCY,
    title="Operations are slow",
    each="environment",
    statistic="p99",
    threshold="application_latency_milliseconds",
    unit="ms",
    severity=Severity.CRITICAL,
    meaning="One operation in a hundred takes longer than users were promised, retries and waiting included.",
    first_action="compare the tiers' latency: where none grew, processes wait for connections (PoolUse).",
)
BREAKER: Final = _rule(
    "breaker-open",
    metrics.BREAKER_OPEN,
    title="A circuit breaker is open",
    each="tier with a breaker",
    statistic="Maximum",
    threshold="application_open_breakers",
    severity=Severity.CRITICAL,
    meaning="A process has given a tier up for now, since most of its requests failed; it answers without it, or not.",
    first_action="look at the alarms of that tier. If they are well, the network between is not.",
)
RETRIES: Final = _rule(
    "retries-exhausted",
    metrics.RETRIES_EXHAUSTED,
    title="Retries do not help any more",
    each="tier that is retried",
    statistic="Sum",
    threshold="application_exhausted_retries",
    unit="a minute",
    severity=Severity.CRITICAL,
    meaning="Requests fail although they were tried again as often as allowed: no passing hiccup.",
    first_action="look at throttles and errors of that tier; do not raise the retries, which would add to the load.",
)
HIT_RATIO: Final = _rule(
    "hit-ratio",
    metrics.CACHE_HITS,
    metrics.CACHE_READS,
    title="The entity cache answers little",
    each="environment",
    statistic="Sum",
    expression="IF(m2 > 1000, 100 * m1 / m2, 100)",
    comparison=Comparison.BELOW,
    threshold="application_hit_percent",
    unit="% of the reads",
    severity=Severity.WARNING,
    meaning="DynamoDB serves what the cache should: entries expire too early, or a schema version was changed.",
    first_action="after a release wait for caches to fill; else look at CacheUnreachable and at Redis' evictions.",
)
POOL: Final = _rule(
    "connections",
    metrics.POOL_USE,
    title="Requests wait for connections",
    each="tier",
    statistic="Maximum",
    threshold="application_pool_percent",
    unit="% of the connections",
    severity=Severity.WARNING,
    meaning="A process has more requests under way than connections: some wait, and latency grows.",
    first_action="add processes, or connections to the pool.",
)

_WATCHED: Final = {
    FAULTS: (Measured.ALL,),
    LATENCY: (Measured.ALL,),
    BREAKER: metrics.BREAKER_OPEN.tiers,
    RETRIES: metrics.RETRIES_EXHAUSTED.tiers,
    HIT_RATIO: metrics.CACHE_HITS.tiers,
    POOL: metrics.POOL_USE.tiers,
}
RULES: Final = tuple(_WATCHED)


def alarms(environment: Environment) -> Iterator[Alarm]:
    """The alarms of all processes together, tier by tier where they measure so."""
    for rule, tiers in _WATCHED.items():
        for tier in tiers:
            dimensions = {Dimension.ENVIRONMENT.value: environment.name, Dimension.TIER.value: tier.value}
            yield Alarm.of(environment, rule, resource=tier.value, dimensions=(dimensions,))
