"""Cache clusters: the nodes of replication groups, seen one by one."""

from __future__ import annotations

from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.replication_groups import NODE_ID, member_names, zone
from sandbox.elasticache.state import Record

# Members that a cache cluster has from its replication group.
_OF_GROUP = (
    "CacheNodeType", "Engine", "EngineVersion", "PreferredMaintenanceWindow", "CacheSubnetGroupName",
    "AutoMinorVersionUpgrade", "SecurityGroups", "ReplicationGroupId", "SnapshotRetentionLimit", "SnapshotWindow",
    "AuthTokenEnabled", "TransitEncryptionEnabled", "TransitEncryptionMode", "AtRestEncryptionEnabled",
    "LogDeliveryConfigurations", "NetworkType", "IpDiscovery",
)  # fmt: skip


def describe(context: Context, parameters: Parameters) -> Record:
    """DescribeCacheClusters: the nodes of the replication groups."""
    clusters = [
        _cache_cluster(context, group, name)
        for group in context.region.replication_groups.values()
        for name in member_names(group, context.cluster(group["ReplicationGroupId"]))
        if not parameters.get("ShowCacheClustersNotInReplicationGroups")
    ]
    wanted = parameters.get("CacheClusterId", "").lower()
    if wanted:
        clusters = [one for one in clusters if one["CacheClusterId"] == wanted]
        if not clusters:
            raise ServiceError("CacheClusterNotFoundFault", f"CacheCluster not found: {wanted}")
    if not parameters.get("ShowCacheNodeInfo"):
        clusters = [{**one, "CacheNodes": None} for one in clusters]
    return {"CacheClusters": clusters}


def _cache_cluster(context: Context, group: Record, name: str) -> Record:
    cluster = context.cluster(group["ReplicationGroupId"])
    topic = group.get("NotificationTopicArn")
    addresses = {node.name: node.address for node in cluster.topology.nodes} if cluster else {}
    return {
        **{member: group[member] for member in _OF_GROUP},
        "CacheClusterId": name,
        "CacheClusterStatus": group["Status"],
        "CacheClusterCreateTime": group["ReplicationGroupCreateTime"],
        "NumCacheNodes": 1,
        "PreferredAvailabilityZone": zone(context, name),
        "CacheParameterGroup": {
            "CacheParameterGroupName": group["CacheParameterGroupName"],
            "ParameterApplyStatus": "in-sync",
        },
        "NotificationConfiguration": {"TopicArn": topic, "TopicStatus": "active"} if topic else None,
        "ReplicationGroupLogDeliveryEnabled": bool(group["LogDeliveryConfigurations"]),
        "ARN": context.arn("cluster", name),
        "CacheNodes": [
            {
                "CacheNodeId": NODE_ID,
                "CacheNodeStatus": group["Status"],
                "CacheNodeCreateTime": group["ReplicationGroupCreateTime"],
                "Endpoint": {"Address": addresses[name], "Port": group["Port"]} if name in addresses else None,
                "ParameterGroupStatus": "in-sync",
                "CustomerAvailabilityZone": zone(context, name),
            }
        ],
    }


OPERATIONS: dict[str, Operation] = {"DescribeCacheClusters": describe}
