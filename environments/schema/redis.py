"""Settings of the ElastiCache replication group."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from environments.elasticache import newest_version, parameter_group_family
from environments.schema.capacity import Scaled
from environments.schema.values import DailyWindow, NodeType, SnapshotName, WeeklyWindow
from environments.settings import Section, Settings


class ScaledShards(Scaled):
    """Shards that follow the load of the primaries."""

    by: Literal["cpu", "memory"] = "cpu"
    """Which load: the engine's processor time, or the memory that counts for eviction."""


class RedisScaling(Settings):
    """What of the replication group follows the load."""

    shards: ScaledShards | None = None
    """null keeps `redis.shards`."""
    replicas: Scaled | None = None
    """Of each shard, by the processor time of replicas; null keeps `redis.replicas_per_shard`."""


class RedisSettings(Section):
    """The ElastiCache replication group."""

    engine: Literal["redis", "valkey"] = "redis"
    """What the nodes run; Valkey costs a fifth less."""
    engine_version: str | None = None
    """Given as ElastiCache names it (redis 7.1, valkey 8.2); the newest of the engine where null."""
    node_type: NodeType = "cache.t4g.small"
    """Size of every node."""
    shards: Annotated[int, Field(ge=1, le=500)] = 3
    """Node groups, each with a primary of its own."""
    replicas_per_shard: Annotated[int, Field(ge=0, le=5)] = 1
    """Nodes that stand by for each primary."""
    autoscaling: RedisScaling = RedisScaling()
    """Shards and replicas that follow the load; `shards` and `replicas_per_shard` are what they begin with."""
    cluster_mode: Literal["enabled", "compatible"] = "enabled"
    """`compatible` serves clients with and without cluster mode, on the way from a group that had none."""
    maxmemory_policy: Literal["volatile-lfu", "volatile-ttl", "noeviction"] = "volatile-lfu"
    """What a full node does: evict what expires, least used or soonest first, or refuse writes. Never what does not
    expire."""
    node_quota: Annotated[int, Field(ge=1, le=500)] = 90
    """The account's quota of nodes per cluster: 90 until AWS has raised it, at most 500."""
    multi_az: bool = True
    """Spread primaries and replicas over zones."""
    port: Annotated[int, Field(ge=1024, le=65_535)] = 6379
    """TCP port of every node."""
    snapshot_retention_days: Annotated[int, Field(ge=0, le=35)] = 7
    """Days a daily snapshot is kept; 0 takes none."""
    snapshot_window: DailyWindow = "03:00-04:00"
    """When the daily snapshot begins; an hour or more, in UTC."""
    maintenance_window: WeeklyWindow = "sun:05:00-sun:06:00"
    """When ElastiCache may replace and patch nodes; an hour or more, in UTC."""
    restore_from: SnapshotName | None = None
    """Snapshot that a new replication group begins with."""
    final_snapshot: bool = True
    """Take a snapshot when the replication group is destroyed."""
    apply_immediately: bool = False
    """Change nodes at once instead of in the maintenance window."""

    @property
    def nodes(self) -> int:
        """Primaries and replicas together."""
        return self.shards * (1 + self.replicas_per_shard)

    @property
    def most_nodes(self) -> int:
        """Primaries and replicas together, as far as autoscaling may go."""
        shards = self.autoscaling.shards.highest if self.autoscaling.shards else self.shards
        replicas = self.autoscaling.replicas.highest if self.autoscaling.replicas else self.replicas_per_shard
        return shards * (1 + replicas)

    @property
    def version(self) -> str:
        """`engine_version`, or the newest of the engine where none is given."""
        return self.engine_version or newest_version(self.engine)

    @property
    def parameter_group_family(self) -> str:
        """Family of the parameter group that fits `version`, such as redis7."""
        return parameter_group_family(self.engine, self.version)
