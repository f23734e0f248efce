"""Settings of the ElastiCache replication groups."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, field_validator

from environments.elasticache import newest_version, parameter_group_family
from environments.schema.capacity import Scaled
from environments.schema.redis_replica import RedisReplica
from environments.schema.values import DailyWindow, NodeType, SnapshotName, WeeklyWindow
from environments.settings import Section, Settings


class ScaledShards(Scaled):
    """Shards that follow the load of the primaries."""

    by: Literal["cpu", "memory"] = "cpu"
    """Which load: the engine's processor time, or the memory that counts for eviction."""


class RedisScaling(Settings):
    """What of a replication group follows the load."""

    shards: ScaledShards | None = None
    """null keeps `shards`."""
    replicas: Scaled | None = None
    """Of each shard, by the processor time of replicas; null keeps `replicas_per_shard`."""


MaxmemoryPolicy = Literal["volatile-lfu", "volatile-ttl", "noeviction"]


class ReplicationGroupSettings(Section):
    """One replication group."""

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
    maxmemory_policy: MaxmemoryPolicy = "volatile-lfu"
    """What a full node does: evict what expires, least used or soonest first, or refuse writes. Never what does not
    expire."""
    multi_az: bool = True
    """Spread primaries and replicas over zones."""
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
    def most_shards(self) -> int:
        """As far as autoscaling may go."""
        return self.autoscaling.shards.highest if self.autoscaling.shards else self.shards

    @property
    def most_replicas(self) -> int:
        """Of each shard, as far as autoscaling may go."""
        return self.autoscaling.replicas.highest if self.autoscaling.replicas else self.replicas_per_shard

    @property
    def most_nodes(self) -> int:
        """Primaries and replicas together, as far as autoscaling may go."""
        return self.most_shards * (1 + self.most_replicas)


_OF_ITS_OWN: Final = frozenset({"accepted_risks", "autoscaling", "cluster_mode", "maxmemory_policy", "restore_from"})
"""Settings that a separate group does not take from the main one."""


class SeparateGroups(Settings):
    """Uses of key spaces that have a replication group of their own; the others live in the main one.

    A separate group has the main one's size, zones, snapshots and windows where it says nothing else.
    """

    cache: ReplicationGroupSettings | None = None
    """Copies of items. A full node evicts what is used least, unless told otherwise."""
    session: ReplicationGroupSettings | None = None
    """Sessions. A full node refuses writes, unless told otherwise."""
    real_time: ReplicationGroupSettings | None = None
    """Rate limits, leaderboards, counters, the change feed. A full node refuses writes, unless told otherwise."""


_POLICIES: Final[dict[str, MaxmemoryPolicy]] = {
    "cache": "volatile-lfu",
    "session": "noeviction",
    "real_time": "noeviction",
}
"""What suits each use where nothing else is set."""


class RedisSettings(ReplicationGroupSettings):
    """The main replication group, what all groups have in common, and the separate ones."""

    kind: Literal["cluster"] = "cluster"
    engine: Literal["redis", "valkey"] = "redis"
    """What the nodes of every group run; Valkey costs a fifth less."""
    engine_version: str | None = None
    """Given as ElastiCache names it (redis 7.1, valkey 8.2); the newest of the engine where null."""
    node_quota: Annotated[int, Field(ge=1, le=500)] = 90
    """The account's quota of nodes per cluster: 90 until AWS has raised it, at most 500."""
    port: Annotated[int, Field(ge=1024, le=65_535)] = 6379
    """TCP port of every node."""
    replica: RedisReplica | None = None
    """A copy of every group in the disaster recovery region that is written to within a second; null keeps none."""
    separate: SeparateGroups = SeparateGroups()
    """Replication groups for some uses alone, such as `session: {}`."""

    @field_validator("separate")
    @classmethod
    def _complete(cls, separate: SeparateGroups, main: ValidationInfo) -> SeparateGroups:
        inherited = {
            name: main.data[name]
            for name in ReplicationGroupSettings.model_fields
            if name in main.data and name not in _OF_ITS_OWN
        }
        groups = {use: group for use, group in separate if group is not None}
        return separate.model_copy(
            update={
                use: group.model_copy(
                    update={
                        name: value
                        for name, value in {**inherited, "maxmemory_policy": _POLICIES[use]}.items()
                        if name not in group.model_fields_set
                    }
                )
                for use, group in groups.items()
            }
        )

    @property
    def last_port(self) -> int:
        """`port`, the only one."""
        return self.port

    @property
    def version(self) -> str:
        """`engine_version`, or the newest of the engine where none is given."""
        return self.engine_version or newest_version(self.engine)

    @property
    def parameter_group_family(self) -> str:
        """Family of the parameter group that fits `version`, such as redis7."""
        return parameter_group_family(self.engine, self.version)
