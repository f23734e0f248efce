"""Which numbers of a replication group follow the load."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.elasticache_replication_group import ElasticacheReplicationGroup
from constructs import Construct

from environments.schema import RedisScaling
from modules.autoscaling import Dimension, Scaling

_METRICS = {
    "cpu": "ElastiCachePrimaryEngineCPUUtilization",
    "memory": "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage",
}


class CacheScaling(Construct):
    """Shards by the load of their primaries, replicas by their own."""

    def __init__(
        self, scope: Construct, id_: str, *, group: ElasticacheReplicationGroup, settings: RedisScaling
    ) -> None:
        super().__init__(scope, id_)
        group_id = group.replication_group_id
        if settings.shards:
            dimension = render_dimension(group_id, "NodeGroups", metric=_METRICS[settings.shards.by])
            Scaling(self, "shards", dimension=dimension, settings=settings.shards)
        if settings.replicas:
            dimension = render_dimension(group_id, "Replicas", metric="ElastiCacheReplicaEngineCPUUtilization")
            Scaling(self, "replicas", dimension=dimension, settings=settings.replicas)


def scaled_attributes(settings: RedisScaling) -> list[str]:
    """The attributes of the replication group that autoscaling changes, and a plan must not change back."""
    scaled = {"num_node_groups": settings.shards, "replicas_per_node_group": settings.replicas}
    return [attribute for attribute, scaling in scaled.items() if scaling]


def render_dimension(group_id: str, what: str, *, metric: str) -> Dimension:
    """The node groups or replicas (`what`, as Application Auto Scaling names them) of a replication group."""
    return Dimension(
        namespace="elasticache",
        resource_id=f"replication-group/{group_id}",
        name=f"elasticache:replication-group:{what}",
        metric=metric,
    )
