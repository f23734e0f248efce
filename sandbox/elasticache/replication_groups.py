"""Replication groups with cluster mode enabled; each is a real Redis Cluster."""

from __future__ import annotations

import time
from typing import Any

from sandbox.elasticache import events, subnet_groups, users
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record
from sandbox.redis_cluster.cluster import RedisCluster, Specification
from sandbox.redis_cluster.topology import BUS_PORT_OFFSET

_DEFAULT_PORT = 6379
_PORTS = range(1, 65536 - BUS_PORT_OFFSET)
# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
_MAX_NODES = 90
_MAX_REPLICAS = 5
_DEFAULT_VERSIONS = {"redis": "7.1.0", "valkey": "8.0.1"}
NODE_ID = "0001"  # a node of a replication group always has this one
# Members of a request that the record shares by name and that Modify may change, too.
_SHARED = (
    "AutoMinorVersionUpgrade",
    "CacheNodeType",
    "CacheParameterGroupName",
    "PreferredMaintenanceWindow",
    "SnapshotRetentionLimit",
    "SnapshotWindow",
    "TransitEncryptionMode",
    "IpDiscovery",
    "NotificationTopicArn",
)
# Members that a cache cluster has from its replication group.
_OF_GROUP = (
    "CacheNodeType", "Engine", "EngineVersion", "PreferredMaintenanceWindow", "CacheSubnetGroupName",
    "AutoMinorVersionUpgrade", "SecurityGroups", "ReplicationGroupId", "SnapshotRetentionLimit", "SnapshotWindow",
    "AuthTokenEnabled", "TransitEncryptionEnabled", "TransitEncryptionMode", "AtRestEncryptionEnabled",
    "LogDeliveryConfigurations", "NetworkType", "IpDiscovery",
)  # fmt: skip
_FIXED_SHAPE = (
    "The sandbox keeps the shards and replicas a replication group was created with; "
    "delete it and create it anew with others."
)


def create(context: Context, parameters: Parameters) -> Record:
    """CreateReplicationGroup; the cluster is started after the call, the status is `creating` until it is healthy."""
    group_id = parameters["ReplicationGroupId"].lower()
    if group_id in context.region.replication_groups:
        raise ServiceError("ReplicationGroupAlreadyExistsFault", f"Replication group {group_id} already exists.")
    _check_is_clustered(context, parameters)
    shards, replicas = _shape(parameters)
    group_ids = [users.user_group(context, one)["UserGroupId"] for one in parameters.get("UserGroupIds", [])]
    if not parameters.get("TransitEncryptionEnabled"):
        raise ServiceError(
            "InvalidParameterCombinationException",
            "The sandbox's Redis speaks TLS only: TransitEncryptionEnabled must be true.",
        )
    if not group_ids:
        raise ServiceError(
            "InvalidParameterCombinationException",
            "The sandbox lets only users of a user group in: UserGroupIds must name one.",
        )
    subnets = parameters.get("CacheSubnetGroupName", "default")
    if subnets != "default":
        subnet_groups.find(context, subnets)
    port = parameters.get("Port", _DEFAULT_PORT)
    if port not in _PORTS:
        raise ServiceError(
            "InvalidParameterValueException",
            f"Port is {port}; allowed: {_PORTS.start} to {_PORTS.stop - 1} (the bus is {BUS_PORT_OFFSET} above).",
        )
    engine = parameters.get("Engine", "redis").lower()
    arn = context.arn("replicationgroup", group_id)
    group: Record = {
        "ReplicationGroupId": group_id,
        "Description": parameters["ReplicationGroupDescription"],
        "Status": "creating",
        "Engine": engine,
        "EngineVersion": _full_version(parameters.get("EngineVersion", _DEFAULT_VERSIONS.get(engine, ""))),
        "CacheNodeType": "cache.t3.micro",
        "CacheSubnetGroupName": subnets,
        "CacheParameterGroupName": "default.redis7.cluster.on",
        "ClusterEnabled": True,
        "ClusterMode": "enabled",
        "AutomaticFailover": _enabled(parameters.get("AutomaticFailoverEnabled", False)),
        "MultiAZ": _enabled(parameters.get("MultiAZEnabled", False)),
        "AuthTokenEnabled": False,
        "AutoMinorVersionUpgrade": True,
        "TransitEncryptionEnabled": True,
        "TransitEncryptionMode": "required",
        "AtRestEncryptionEnabled": parameters.get("AtRestEncryptionEnabled", False),
        "KmsKeyId": parameters.get("KmsKeyId"),
        "DataTiering": _enabled(parameters.get("DataTieringEnabled", False)),
        "NetworkType": parameters.get("NetworkType", "ipv4"),
        "IpDiscovery": "ipv4",
        "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
        "SnapshotRetentionLimit": 0,
        "SnapshotWindow": "03:00-04:00",
        "SecurityGroups": _security_groups(parameters),
        "LogDeliveryConfigurations": _log_delivery([], parameters),
        "UserGroupIds": group_ids,
        "ReplicationGroupCreateTime": time.time(),
        "ARN": arn,
        "Port": port,
        "Shards": shards,
        "Replicas": replicas,
        "Parameters": dict(context.named_parameters),
        **{name: parameters[name] for name in _SHARED if name in parameters},
    }
    context.region.replication_groups[group_id] = group
    context.tag(arn, parameters)
    context.start_cluster(group_id, specification(context, group))
    return {"ReplicationGroup": described(context, group)}


def describe(context: Context, parameters: Parameters) -> Record:
    """DescribeReplicationGroups, with the real addresses and the current roles."""
    wanted = parameters.get("ReplicationGroupId")
    groups = [find(context, wanted)] if wanted else list(context.region.replication_groups.values())
    return {"ReplicationGroups": [described(context, group) for group in groups]}


def modify(context: Context, parameters: Parameters) -> Record:
    """ModifyReplicationGroup: settings, parameter group and user groups; never the shape."""
    group = find_available(context, parameters["ReplicationGroupId"])
    group.update({name: parameters[name] for name in _SHARED if name in parameters})
    if "ReplicationGroupDescription" in parameters:
        group["Description"] = parameters["ReplicationGroupDescription"]
    if "AutomaticFailoverEnabled" in parameters:
        group["AutomaticFailover"] = _enabled(parameters["AutomaticFailoverEnabled"])
    if "MultiAZEnabled" in parameters:
        group["MultiAZ"] = _enabled(parameters["MultiAZEnabled"])
    if "EngineVersion" in parameters:
        group["EngineVersion"] = _full_version(parameters["EngineVersion"])
    if "Engine" in parameters:
        group["Engine"] = parameters["Engine"].lower()
    if "SecurityGroupIds" in parameters:
        group["SecurityGroups"] = _security_groups(parameters)
    if "LogDeliveryConfigurations" in parameters:
        group["LogDeliveryConfigurations"] = _log_delivery(group["LogDeliveryConfigurations"], parameters)
    cluster = context.cluster(group["ReplicationGroupId"])
    if cluster is not None:
        _modify_access(context, group, parameters, cluster)
        if "CacheParameterGroupName" in parameters:
            group["Parameters"] = dict(context.named_parameters)
            cluster.set_parameters(group["Parameters"])
    events.record(context.region, events.REPLICATION_GROUP, group["ReplicationGroupId"], "Replication group modified")
    return {"ReplicationGroup": described(context, group)}


def delete(context: Context, parameters: Parameters) -> Record:
    """DeleteReplicationGroup; the cluster's processes are ended after the call, then the group is gone."""
    group = find(context, parameters["ReplicationGroupId"])
    if group["Status"] not in ("available", "create-failed"):
        raise _not_available(group)
    group["Status"] = "deleting"
    context.end_cluster(group["ReplicationGroupId"])
    return {"ReplicationGroup": described(context, group)}


def keep_shape(context: Context, parameters: Parameters) -> Record:
    """IncreaseReplicaCount, DecreaseReplicaCount and ModifyReplicationGroupShardConfiguration are refused."""
    find_available(context, parameters["ReplicationGroupId"])
    raise ServiceError("InvalidParameterCombinationException", _FIXED_SHAPE)


def describe_cache_clusters(context: Context, parameters: Parameters) -> Record:
    """DescribeCacheClusters: the nodes of the replication groups."""
    clusters = [
        _cache_cluster(context, group, name)
        for group in context.region.replication_groups.values()
        for name in _member_names(group)
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


def find(context: Context, group_id: str) -> Record:
    """Return a replication group; raise ReplicationGroupNotFoundFault."""
    if (group := context.region.replication_groups.get(group_id.lower())) is None:
        raise ServiceError("ReplicationGroupNotFoundFault", f"ReplicationGroup {group_id} not found.")
    return group


def find_available(context: Context, group_id: str) -> Record:
    """Return a replication group that is available; raise InvalidReplicationGroupState where it is not."""
    group = find(context, group_id)
    if group["Status"] != "available":
        raise _not_available(group)
    return group


def _not_available(group: Record) -> ServiceError:
    return ServiceError(
        "InvalidReplicationGroupStateFault",
        f"Replication group {group['ReplicationGroupId']} is {group['Status']}; it must be available.",
    )


def _check_is_clustered(context: Context, parameters: Parameters) -> None:
    name = parameters.get("CacheParameterGroupName", "default.redis7.cluster.on")
    by_group = name.endswith(".cluster.on") or context.named_parameters.get("cluster-enabled") == "yes"
    if not (by_group or parameters.get("ClusterMode") == "enabled"):
        raise ServiceError(
            "InvalidParameterCombinationException",
            f"The sandbox serves cluster mode enabled only: parameter group {name} does not set cluster-enabled=yes, "
            "and ClusterMode is not enabled.",
        )


def _shape(parameters: Parameters) -> tuple[int, int]:
    shards = parameters.get("NumNodeGroups", 1)
    replicas = parameters.get("ReplicasPerNodeGroup", max(parameters.get("NumCacheClusters", 1) - 1, 0))
    if shards < 1 or not 0 <= replicas <= _MAX_REPLICAS or shards * (1 + replicas) > _MAX_NODES:
        raise ServiceError(
            "InvalidParameterValueException",
            f"{shards} node groups with {replicas} replicas each are impossible; allowed: at least 1 node group, "
            f"0 to {_MAX_REPLICAS} replicas, at most {_MAX_NODES} nodes.",
        )
    if parameters.get("AutomaticFailoverEnabled") and not replicas:
        raise ServiceError("InvalidParameterCombinationException", "Automatic failover needs at least one replica.")
    return shards, replicas


def specification(context: Context, group: Record) -> Specification:
    """Return the cluster that a replication group asks for."""
    return Specification(
        name=group["ReplicationGroupId"],
        shards=group["Shards"],
        replicas=group["Replicas"],
        port=group["Port"],
        users=users.acl_users(context, group["UserGroupIds"]),
        parameters=group["Parameters"],
    )


def _modify_access(context: Context, group: Record, parameters: Parameters, cluster: RedisCluster) -> None:
    removed = (
        group["UserGroupIds"] if parameters.get("RemoveUserGroups") else parameters.get("UserGroupIdsToRemove", [])
    )
    remaining = [one for one in group["UserGroupIds"] if one not in removed]
    added = [users.user_group(context, one)["UserGroupId"] for one in parameters.get("UserGroupIdsToAdd", [])]
    group_ids = list(dict.fromkeys(remaining + added))
    if group_ids != group["UserGroupIds"]:
        cluster.set_users(users.acl_users(context, group_ids))
        group["UserGroupIds"] = group_ids


def described(context: Context, group: Record) -> Record:
    """Return a replication group as the service shows it: with its endpoint and, while it runs, its nodes."""
    cluster = context.cluster(group["ReplicationGroupId"])
    described = {**group, "MemberClusters": _member_names(group)}
    if cluster is None:
        return described
    endpoint = {"Address": cluster.topology.endpoint, "Port": cluster.topology.port}
    return {**described, "ConfigurationEndpoint": endpoint, "NodeGroups": _node_groups(context, cluster)}


def _node_groups(context: Context, cluster: RedisCluster) -> list[Record]:
    roles = cluster.roles()
    return [
        {
            "NodeGroupId": shard.id,
            "Status": "available",
            "Slots": f"{shard.first_slot}-{shard.last_slot}",
            "NodeGroupMembers": [
                {
                    "CacheClusterId": node.name,
                    "CacheNodeId": NODE_ID,
                    "ReadEndpoint": {"Address": node.address, "Port": cluster.topology.port},
                    "PreferredAvailabilityZone": _zone(context, node.name),
                    "CurrentRole": roles[node.name],
                }
                for node in shard.nodes
            ],
        }
        for shard in cluster.topology.shards
    ]


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
        "PreferredAvailabilityZone": _zone(context, name),
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
                "CustomerAvailabilityZone": _zone(context, name),
            }
        ],
    }


def _member_names(group: Record) -> list[str]:
    return [
        f"{group['ReplicationGroupId']}-{shard:04d}-{member:03d}"
        for shard in range(1, group["Shards"] + 1)
        for member in range(1, group["Replicas"] + 2)
    ]


def _zone(context: Context, node_name: str) -> str:
    # A shard's nodes lie in different zones; three are common to all regions.
    return context.region_name + "abc"[(int(node_name.rpartition("-")[2]) - 1) % 3]


def _security_groups(parameters: Parameters) -> list[Record]:
    return [{"SecurityGroupId": one, "Status": "active"} for one in parameters.get("SecurityGroupIds", [])]


def _log_delivery(current: list[Record], parameters: Parameters) -> list[Record]:
    requests: list[dict[str, Any]] = parameters.get("LogDeliveryConfigurations", [])
    changed = {request["LogType"] for request in requests}
    return [one for one in current if one["LogType"] not in changed] + [
        {**{name: value for name, value in request.items() if name != "Enabled"}, "Status": "active"}
        for request in requests
        if request.get("Enabled", True)
    ]


def _full_version(version: str) -> str:
    # The service reports major.minor.patch whatever was asked for.
    return version if version.count(".") != 1 else f"{version}.0"


def _enabled(value: bool) -> str:  # noqa: FBT001 (the value is all there is)
    return "enabled" if value else "disabled"


OPERATIONS: dict[str, Operation] = {
    "CreateReplicationGroup": create,
    "DescribeReplicationGroups": describe,
    "ModifyReplicationGroup": modify,
    "DeleteReplicationGroup": delete,
    "IncreaseReplicaCount": keep_shape,
    "DecreaseReplicaCount": keep_shape,
    "ModifyReplicationGroupShardConfiguration": keep_shape,
    "DescribeCacheClusters": describe_cache_clusters,
}
