"""Settings of Redis that ElastiCache does not allow together."""

from __future__ import annotations

from collections.abc import Iterator

from environments.elasticache import (
    ENGINE_VERSIONS,
    MOST_REPLICAS,
    MOST_SHARDS,
    NODE_FAMILIES,
    SCALED_NODE_FAMILIES,
    SCALED_NODE_SIZES,
    SCALED_UTILIZATION,
    node_family,
    node_size,
)
from environments.problems import FieldPath, Finding, dotted
from environments.replication_groups import ReplicationGroup, replication_groups
from environments.rules import capacity, serverless_redis
from environments.rules.windows import daily, overlap, weekly
from environments.schema import (
    CreatedNetwork,
    Environment,
    ExistingNetwork,
    RedisSettings,
    Scaled,
    ServerlessRedisSettings,
)
from environments.wording import given, one_of

SHORTEST_WINDOW = 60
"""Minutes; limit of ElastiCache for snapshot and maintenance windows."""


def findings(environment: Environment) -> Iterator[Finding]:
    """Everything in the settings of the replication groups, or of the serverless cache, that does not fit together."""
    redis = environment.redis
    if isinstance(redis, ServerlessRedisSettings):
        yield from serverless_redis.findings(redis, region=environment.region)
        return
    yield from _engine(redis)
    for group in replication_groups(environment):
        yield from _uses(group)
        yield from _node_type(group)
        yield from _topology(group, quota=redis.node_quota)
        yield from _scaling(group, quota=redis.node_quota)
        yield from _compatibility(group)
        yield from _zones(group, environment.network)
        yield from _windows(group)


def _engine(redis: RedisSettings) -> Iterator[Finding]:
    versions = ENGINE_VERSIONS[redis.engine]
    if redis.version not in versions:
        yield Finding(
            path=("redis", "engine_version"),
            message=f"{given(redis.version)}, allowed for {redis.engine} {one_of(versions)}",
        )


def _uses(group: ReplicationGroup) -> Iterator[Finding]:
    if not group.uses:
        yield _finding(
            group,
            "separate",
            message="given a group for every use, which leaves the main group without any: leave one of them out",
        )


def _node_type(group: ReplicationGroup) -> Iterator[Finding]:
    node_type = group.settings.node_type
    if node_family(node_type) not in NODE_FAMILIES:
        yield _finding(
            group,
            "node_type",
            message=f"{given(node_type)}, allowed are the families {one_of(NODE_FAMILIES)}: "
            "others run without cluster mode or TLS",
        )


def _topology(group: ReplicationGroup, *, quota: int) -> Iterator[Finding]:
    settings = group.settings
    if settings.nodes > quota:
        yield _finding(
            group,
            "shards",
            message=f"{given(settings.shards)}, which with {_named(group, 'replicas_per_shard')} "
            f"{settings.replicas_per_shard} is {settings.nodes} nodes, allowed {quota} (redis.node_quota): "
            "use fewer or raise the quota",
        )


def _scaling(group: ReplicationGroup, *, quota: int) -> Iterator[Finding]:
    autoscaling = group.settings.autoscaling
    scaled: dict[str, tuple[Scaled | None, str, int]] = {
        "shards": (autoscaling.shards, "shards", MOST_SHARDS),
        "replicas": (autoscaling.replicas, "replicas_per_shard", MOST_REPLICAS),
    }
    for what, (settings, number, most) in scaled.items():
        if settings is not None:
            path: FieldPath = (*group.path, "autoscaling", what)
            yield from capacity.findings(path, settings, most=most)
            yield from _target(path, settings)
            first = getattr(group.settings, number)
            if not settings.minimum <= first <= settings.maximum:
                yield _finding(
                    group,
                    number,
                    message=f"{given(first)}, allowed {settings.minimum} to {settings.maximum} "
                    f"({dotted(path)}): begin within its bounds",
                )
    if autoscaling.shards or autoscaling.replicas:
        yield from _scaled_nodes(group, quota=quota)


def _target(path: FieldPath, settings: Scaled) -> Iterator[Finding]:
    if settings.target_utilization not in SCALED_UTILIZATION:
        allowed = f"{SCALED_UTILIZATION.start} to {SCALED_UTILIZATION.stop - 1}"
        message = f"{given(settings.target_utilization)}, allowed for ElastiCache {allowed}"
        yield Finding(path=(*path, "target_utilization"), message=message)


def _scaled_nodes(group: ReplicationGroup, *, quota: int) -> Iterator[Finding]:
    node_type, most = group.settings.node_type, group.settings.most_nodes
    if node_family(node_type) not in SCALED_NODE_FAMILIES or node_size(node_type) not in SCALED_NODE_SIZES:
        yield _finding(
            group,
            "node_type",
            message=f"{given(node_type)} with {_named(group, 'autoscaling')}, allowed are "
            f"{one_of(SCALED_NODE_SIZES)} of the families {one_of(SCALED_NODE_FAMILIES)}: ElastiCache scales no others",
        )
    if most > quota:
        yield _finding(
            group,
            "autoscaling",
            message=f"given up to {most} nodes, allowed {quota} (redis.node_quota): lower a maximum or raise the quota",
        )


def _compatibility(group: ReplicationGroup) -> Iterator[Finding]:
    settings = group.settings
    if settings.cluster_mode == "enabled":
        return
    if settings.shards != 1 or settings.autoscaling.shards:
        yield _finding(
            group,
            "cluster_mode",
            message='given "compatible" with more than one shard, allowed 1: clients without cluster mode know one '
            f"primary; set {_named(group, 'shards')} to 1 and {_named(group, 'autoscaling.shards')} to null until it "
            "is enabled",
        )
    if settings.replicas_per_shard == 0:
        yield _finding(
            group,
            "cluster_mode",
            message=f'given "compatible" with no replica: set {_named(group, "replicas_per_shard")} to 1 to 5',
        )


def _zones(group: ReplicationGroup, network: CreatedNetwork | ExistingNetwork) -> Iterator[Finding]:
    if not group.settings.multi_az:
        return
    if group.settings.replicas_per_shard == 0:
        yield _multi_az(group, f"with no replica: set {_named(group, 'replicas_per_shard')} to 1 to 5")
    match network:
        case CreatedNetwork(availability_zones=1):
            yield _multi_az(group, "in one zone: set network.availability_zones to 2 to 6")
        case ExistingNetwork(subnet_ids=[_]):
            yield _multi_az(group, "with one subnet: list 2 or more under network.subnet_ids")


def _multi_az(group: ReplicationGroup, problem: str) -> Finding:
    return _finding(group, "multi_az", message=f"given true {problem}")


def _windows(group: ReplicationGroup) -> Iterator[Finding]:
    settings = group.settings
    snapshot, maintenance = daily(settings.snapshot_window), weekly(settings.maintenance_window)
    for field, window in {"snapshot_window": snapshot, "maintenance_window": maintenance}.items():
        if window.length < SHORTEST_WINDOW:
            text = getattr(settings, field)
            yield _finding(group, field, message=f"{given(text)}, allowed {SHORTEST_WINDOW} minutes or more")
    if overlap(snapshot, maintenance):
        yield _finding(
            group,
            "snapshot_window",
            message=f"{given(settings.snapshot_window)}, which overlaps {_named(group, 'maintenance_window')} "
            f"({settings.maintenance_window}): move one of them",
        )


def _finding(group: ReplicationGroup, field: str, *, message: str) -> Finding:
    return Finding(path=(*group.path, field), message=message)


def _named(group: ReplicationGroup, field: str) -> str:
    return dotted((*group.path, field))
