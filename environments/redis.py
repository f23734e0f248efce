"""Settings of the replication group that ElastiCache does not allow together."""

from __future__ import annotations

from collections.abc import Iterator

from environments import capacity
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
from environments.problems import FieldPath, Finding
from environments.schema import CreatedNetwork, Environment, ExistingNetwork, RedisSettings, Scaled
from environments.windows import daily, overlap, weekly
from environments.wording import given, one_of

SHORTEST_WINDOW = 60
"""Minutes; limit of ElastiCache for snapshot and maintenance windows."""


def findings(environment: Environment) -> Iterator[Finding]:
    """Everything in the settings of the replication group that does not fit together."""
    yield from _engine(environment.redis)
    yield from _topology(environment.redis)
    yield from _scaling(environment.redis)
    yield from _compatibility(environment.redis)
    yield from _zones(environment)
    yield from _windows(environment.redis)


def _engine(redis: RedisSettings) -> Iterator[Finding]:
    versions = ENGINE_VERSIONS[redis.engine]
    if redis.version not in versions:
        yield _finding(
            "redis",
            "engine_version",
            message=f"{given(redis.version)}, allowed for {redis.engine} {one_of(versions)}",
        )
    if node_family(redis.node_type) not in NODE_FAMILIES:
        yield _finding(
            "redis",
            "node_type",
            message=f"{given(redis.node_type)}, allowed are the families {one_of(NODE_FAMILIES)}: "
            "others run without cluster mode or TLS",
        )


def _topology(redis: RedisSettings) -> Iterator[Finding]:
    if redis.nodes > redis.node_quota:
        yield _finding(
            "redis",
            "shards",
            message=f"{given(redis.shards)}, which with redis.replicas_per_shard {redis.replicas_per_shard} is "
            f"{redis.nodes} nodes, allowed {redis.node_quota} (redis.node_quota): use fewer or raise the quota",
        )


def _scaling(redis: RedisSettings) -> Iterator[Finding]:
    scaled: dict[str, tuple[Scaled | None, int, int]] = {
        "shards": (redis.autoscaling.shards, redis.shards, MOST_SHARDS),
        "replicas": (redis.autoscaling.replicas, redis.replicas_per_shard, MOST_REPLICAS),
    }
    for what, (settings, first, most) in scaled.items():
        if settings is not None:
            path: FieldPath = ("redis", "autoscaling", what)
            yield from capacity.findings(path, settings, most=most)
            yield from _target(path, settings)
            if not settings.minimum <= first <= settings.maximum:
                name = "shards" if what == "shards" else "replicas_per_shard"
                yield _finding(
                    "redis",
                    name,
                    message=f"{given(first)}, allowed {settings.minimum} to {settings.maximum} "
                    f"(redis.autoscaling.{what}): begin within its bounds",
                )
    if redis.autoscaling.shards or redis.autoscaling.replicas:
        yield from _scaled_nodes(redis)


def _target(path: FieldPath, settings: Scaled) -> Iterator[Finding]:
    if settings.target_utilization not in SCALED_UTILIZATION:
        allowed = f"{SCALED_UTILIZATION.start} to {SCALED_UTILIZATION.stop - 1}"
        message = f"{given(settings.target_utilization)}, allowed for ElastiCache {allowed}"
        yield Finding(path=(*path, "target_utilization"), message=message)


def _scaled_nodes(redis: RedisSettings) -> Iterator[Finding]:
    node_type = redis.node_type
    if node_family(node_type) not in SCALED_NODE_FAMILIES or node_size(node_type) not in SCALED_NODE_SIZES:
        yield _finding(
            "redis",
            "node_type",
            message=f"{given(node_type)} with redis.autoscaling, allowed are {one_of(SCALED_NODE_SIZES)} of the "
            f"families {one_of(SCALED_NODE_FAMILIES)}: ElastiCache scales no others",
        )
    if redis.most_nodes > redis.node_quota:
        yield _finding(
            "redis",
            "autoscaling",
            message=f"given up to {redis.most_nodes} nodes, allowed {redis.node_quota} (redis.node_quota): lower a "
            "maximum or raise the quota",
        )


def _compatibility(redis: RedisSettings) -> Iterator[Finding]:
    if redis.cluster_mode == "enabled":
        return
    if redis.shards != 1 or redis.autoscaling.shards:
        yield _finding(
            "redis",
            "cluster_mode",
            message='given "compatible" with more than one shard, allowed 1: clients without cluster mode know one '
            "primary; set redis.shards to 1 and redis.autoscaling.shards to null until it is enabled",
        )
    if redis.replicas_per_shard == 0:
        yield _finding(
            "redis",
            "cluster_mode",
            message='given "compatible" with no replica: set redis.replicas_per_shard to 1 to 5',
        )


def _zones(environment: Environment) -> Iterator[Finding]:
    redis, network = environment.redis, environment.network
    if not redis.multi_az:
        return
    if redis.replicas_per_shard == 0:
        yield _multi_az("with no replica: set redis.replicas_per_shard to 1 to 5")
    match network:
        case CreatedNetwork(availability_zones=1):
            yield _multi_az("in one zone: set network.availability_zones to 2 to 6")
        case ExistingNetwork(subnet_ids=[_]):
            yield _multi_az("with one subnet: list 2 or more under network.subnet_ids")


def _multi_az(problem: str) -> Finding:
    return _finding("redis", "multi_az", message=f"given true {problem}")


def _windows(redis: RedisSettings) -> Iterator[Finding]:
    snapshot, maintenance = daily(redis.snapshot_window), weekly(redis.maintenance_window)
    for field, window in {"snapshot_window": snapshot, "maintenance_window": maintenance}.items():
        if window.length < SHORTEST_WINDOW:
            text = getattr(redis, field)
            yield _finding("redis", field, message=f"{given(text)}, allowed {SHORTEST_WINDOW} minutes or more")
    if overlap(snapshot, maintenance):
        yield _finding(
            "redis",
            "snapshot_window",
            message=f"{given(redis.snapshot_window)}, which overlaps redis.maintenance_window "
            f"({redis.maintenance_window}): move one of them",
        )


def _finding(*path: str | int, message: str) -> Finding:
    where: FieldPath = path
    return Finding(path=where, message=message)
