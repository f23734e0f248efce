"""Rules of Redis, and the nodes that they watch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from environments.replication_groups import ReplicationGroup, replication_groups
from environments.schema import Environment
from monitoring.alarm import Alarm
from monitoring.rule import Comparison, Missing, Rule, Severity, Tier

NAMESPACE: Final = "AWS/ElastiCache"
ONLY_NODE: Final = "0001"
"""A member of a replication group is a cache cluster of one node."""
_EVERY_MINUTE: Final = "a node that runs tells of it every minute; one that is being replaced does not, and is no news"


def _rule(
    id_: str,
    metric: str,
    *,
    title: str,
    threshold: str,
    unit: str,
    severity: Severity,
    meaning: str,
    first_action: str,
    each: str = "node",
    statistic: str = "Average",
    missing: Missing = Missing.MISSING,
    why_missing: str = _EVERY_MINUTE,
) -> Rule:
    return Rule(
        id=id_,
        tier=Tier.REDIS,
        title=title,
        each=each,
        namespace=NAMESPACE,
        metrics=(metric,),
        statistic=statistic,
        threshold=threshold,
        unit=unit,
        missing=missing,
        why_missing=why_missing,
        severity=severity,
        meaning=meaning,
        first_action=first_action,
    )


RULES: Final = (
    _rule(
        "engine-cpu",
        "EngineCPUUtilization",
        title="The engine is busy",
        threshold="redis_cpu_percent",
        unit="%",
        severity=Severity.CRITICAL,
        meaning="The one core that runs commands is nearly saturated; latency of everything in this shard grows.",
        first_action="read the slow log. A primary: add shards or end what is slow. A replica: add replicas.",
    ),
    _rule(
        "memory",
        "DatabaseMemoryUsagePercentage",
        title="Memory runs out",
        threshold="redis_memory_percent",
        unit="%",
        severity=Severity.CRITICAL,
        meaning="Soon caches are evicted, and writes of what may not be evicted fail.",
        first_action="see whether keys without expiry grow (CurrItems against CurrVolatileItems); then take larger "
        "nodes or more shards.",
    ),
    _rule(
        "evictions",
        "Evictions",
        title="Keys are evicted",
        threshold="redis_evictions",
        unit="keys a minute",
        severity=Severity.WARNING,
        statistic="Sum",
        meaning="The caches do not fit any more; the tables take the reads that miss.",
        first_action="shorten lives of the largest key space, or take larger nodes or more shards.",
    ),
    _rule(
        "replication-lag",
        "ReplicationLag",
        title="A replica is behind",
        threshold="redis_replication_seconds",
        unit="s",
        severity=Severity.CRITICAL,
        statistic="Maximum",
        missing=Missing.NOT_BREACHING,
        why_missing="only replicas have a lag, and which node is one changes",
        meaning="A failover now would lose the writes of that time.",
        first_action="see whether the primary writes more than its bandwidth carries; do not fail over by hand.",
    ),
    _rule(
        "connections",
        "CurrConnections",
        title="Many connections",
        threshold="redis_connections",
        unit="connections",
        severity=Severity.WARNING,
        statistic="Maximum",
        meaning="Clients open connections and do not close them; a node refuses more than 65,000.",
        first_action="count by client (CLIENT LIST); one pool a process is right, one a request is not.",
    ),
    _rule(
        "swap",
        "SwapUsage",
        title="A node swaps",
        threshold="redis_swap_bytes",
        unit="bytes",
        severity=Severity.WARNING,
        statistic="Maximum",
        meaning="Memory lies on disk, and reading it takes a thousand times as long.",
        first_action="raise reserved-memory-percent, or take larger nodes.",
    ),
    Rule(
        id="bandwidth",
        tier=Tier.REDIS,
        title="Bandwidth is exceeded",
        each="node",
        namespace=NAMESPACE,
        metrics=("NetworkBandwidthInAllowanceExceeded", "NetworkBandwidthOutAllowanceExceeded"),
        statistic="Sum",
        expression="m1 + m2",
        threshold="redis_dropped_packets",
        unit="packets a minute",
        missing=Missing.MISSING,
        why_missing=_EVERY_MINUTE,
        severity=Severity.WARNING,
        meaning="Packets are queued or dropped, since the node's bandwidth is used up; replicas fall behind first.",
        first_action="look for large values, read them from the process's own cache, or take larger nodes.",
    ),
    Rule(
        id="hit-rate",
        tier=Tier.REDIS,
        title="Few reads find their key",
        each="node",
        namespace=NAMESPACE,
        metrics=("CacheHits", "CacheMisses"),
        statistic="Sum",
        # A handful of reads says nothing.
        expression="IF(m1 + m2 > 1000, 100 * m1 / (m1 + m2), 100)",
        comparison=Comparison.BELOW,
        threshold="redis_hit_percent",
        unit="%",
        period=300,
        periods=6,
        breaching=6,
        missing=Missing.MISSING,
        why_missing=_EVERY_MINUTE,
        severity=Severity.WARNING,
        meaning="The caches spare the tables little: keys expire too early, are evicted, or a schema version changed.",
        first_action="after a release wait half an hour for caches to fill; else look at evictions and expiries.",
    ),
)


GLOBAL_LAG: Final = _rule(
    "global-lag",
    "GlobalDatastoreReplicationLag",
    each="node of the disaster-recovery region",
    title="The other region is behind",
    threshold="redis_global_replication_seconds",
    unit="s",
    severity=Severity.CRITICAL,
    statistic="Maximum",
    missing=Missing.NOT_BREACHING,
    why_missing="only one node of each shard has a lag, and which one it is changes",
    meaning="To promote the other region now would lose the writes of that time.",
    first_action="see whether the primary writes more than its bandwidth carries, and whether the global datastore is "
    "available; do not fail over to the other region.",
)
"""Of a replica in another region, behind the primary of its shard here."""


def node_ids(group: ReplicationGroup) -> Iterator[str]:
    """The CacheClusterId of every node, as ElastiCache names the members of a replication group in cluster mode.

    With autoscaling, of every node that there may be, since an alarm can search for none: the alarms of one that is not
    there know too little, and say so.
    """
    for shard in range(1, group.settings.most_shards + 1):
        for node in range(1, group.settings.most_replicas + 2):
            yield f"{group.id}-{shard:04}-{node:03}"


def alarms(environment: Environment) -> Iterator[Alarm]:
    """The alarms of every node of every replication group."""
    yield from _of_nodes(environment, RULES)


def standby_alarms(there: Environment) -> Iterator[Alarm]:
    """The alarms of every node of a standby, which is behind a primary in another region besides."""
    yield from _of_nodes(there, (*RULES, GLOBAL_LAG))


def _of_nodes(environment: Environment, rules: Iterable[Rule]) -> Iterator[Alarm]:
    for group in replication_groups(environment):
        for node in node_ids(group):
            dimensions = {"CacheClusterId": node, "CacheNodeId": ONLY_NODE}
            resource = node.removeprefix(f"{environment.replication_group_id}-")
            for rule in rules:
                yield Alarm.of(environment, rule, resource=resource, dimensions=(dimensions,))
