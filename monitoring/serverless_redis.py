"""Rules of a serverless cache, which has no nodes to watch, but limits.

The metrics: ElastiCache User Guide, "Metrics and events for Valkey and Redis OSS serverless caches".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.schema import Environment, ServerlessRedisSettings
from monitoring.alarm import Alarm
from monitoring.redis import NAMESPACE
from monitoring.rule import Comparison, Missing, Rule, Severity, Tier

RESOURCE: Final = "serverless"
DIMENSION: Final = "clusterId"
"""By which the metrics of a serverless cache name it."""
_GIGABYTE: Final = 1024**3
_MINUTE: Final = 60
_NOTHING_DONE: Final = "a cache that nobody uses has nothing to tell"


def _rule(
    id_: str,
    *metrics: str,
    title: str,
    threshold: str,
    unit: str,
    severity: Severity,
    meaning: str,
    first_action: str,
    statistic: str = "Sum",
    expression: str | None = None,
    missing: Missing = Missing.NOT_BREACHING,
    why_missing: str = _NOTHING_DONE,
) -> Rule:
    return Rule(
        id=id_,
        tier=Tier.REDIS,
        title=title,
        each="serverless cache",
        namespace=NAMESPACE,
        metrics=metrics,
        statistic=statistic,
        expression=expression,
        threshold=threshold,
        unit=unit,
        missing=missing,
        why_missing=why_missing,
        severity=severity,
        meaning=meaning,
        first_action=first_action,
    )


STORAGE: Final = _rule(
    "storage",
    "BytesUsedForCache",
    title="The limit of storage is near",
    threshold="redis_memory_percent",
    unit="%",
    severity=Severity.CRITICAL,
    statistic="Average",
    expression="100 * m1 / {limit}",
    missing=Missing.MISSING,
    why_missing="ElastiCache tells every minute what is stored",
    meaning="Soon caches are evicted, and writes of what may not be evicted fail.",
    first_action="see whether keys without expiry grow (CurrItems against CurrVolatileItems); then raise "
    "`redis.data_storage_gb.maximum`, which changes the cache in place.",
)
PROCESSING: Final = _rule(
    "processing",
    "ElastiCacheProcessingUnits",
    title="The limit of processing is near",
    threshold="redis_processing_percent",
    unit="%",
    severity=Severity.WARNING,
    expression="100 * m1 / {limit}",
    meaning="Soon commands are throttled.",
    first_action="look for a client that runs away (TotalCmdsCount, NetworkBytesOut); else raise "
    "`redis.ecpu_per_second.maximum`, which changes the cache in place.",
)
RULES: Final = (
    STORAGE,
    PROCESSING,
    _rule(
        "throttling",
        "ThrottledCmds",
        title="Commands are throttled",
        threshold="redis_throttled_commands",
        unit="commands a minute",
        severity=Severity.CRITICAL,
        meaning="The load is beyond the limit, or grew faster than ElastiCache scales.",
        first_action="compare ElastiCacheProcessingUnits with the limit; before a known peak, set "
        "`redis.ecpu_per_second.minimum`.",
    ),
    _rule(
        "read-latency",
        "SuccessfulReadRequestLatency",
        title="Reads take long",
        threshold="redis_latency_microseconds",
        unit="µs",
        severity=Severity.WARNING,
        statistic="Average",
        meaning="Inside the cache, reads take longer than they should.",
        first_action="look for large values and for scripts or ranges over many members.",
    ),
    _rule(
        "write-latency",
        "SuccessfulWriteRequestLatency",
        title="Writes take long",
        threshold="redis_latency_microseconds",
        unit="µs",
        severity=Severity.WARNING,
        statistic="Average",
        meaning="Inside the cache, writes take longer than they should.",
        first_action="look for large values and for scripts over many members.",
    ),
    _rule(
        "cache-evictions",
        "Evictions",
        title="Keys are evicted",
        threshold="redis_evictions",
        unit="keys a minute",
        severity=Severity.WARNING,
        meaning="The caches do not fit any more; the tables take the reads that miss.",
        first_action="shorten lives of the largest key space, or raise `redis.data_storage_gb.maximum`.",
    ),
    _rule(
        "cache-connections",
        "CurrConnections",
        title="Many connections",
        threshold="redis_connections",
        unit="connections",
        severity=Severity.WARNING,
        statistic="Maximum",
        meaning="Clients open connections and do not close them; the cache refuses more than 65,000.",
        first_action="count processes: one pool a process is right, one a request is not.",
    ),
    Rule(
        id="cache-hit-rate",
        tier=Tier.REDIS,
        title="Few reads find their key",
        each="serverless cache",
        namespace=NAMESPACE,
        metrics=("CacheHitRate",),
        statistic="Average",
        comparison=Comparison.BELOW,
        threshold="redis_hit_percent",
        unit="%",
        period=300,
        periods=6,
        breaching=6,
        missing=Missing.NOT_BREACHING,
        why_missing=_NOTHING_DONE,
        severity=Severity.WARNING,
        meaning="The cache spares the tables little: keys expire too early, are evicted, or a schema version changed.",
        first_action="after a release wait half an hour for caches to fill; else look at evictions and expiries.",
    ),
)


def alarms(environment: Environment) -> Iterator[Alarm]:
    """The alarms of the serverless cache, where there is one; none on a limit that is not set."""
    redis = environment.redis
    if not isinstance(redis, ServerlessRedisSettings):
        return
    stored, done = redis.data_storage_gb.maximum, redis.ecpu_per_second.maximum
    limits = {
        STORAGE.id: None if stored is None else float(stored * _GIGABYTE),
        PROCESSING.id: None if done is None else float(done * _MINUTE),
    }
    for rule in RULES:
        limit = limits.get(rule.id, 0.0)
        if limit is not None:
            yield Alarm.of(
                environment,
                rule,
                resource=RESOURCE,
                dimensions=({DIMENSION: environment.serverless_cache_name},),
                numbers={"limit": limit},
            )
