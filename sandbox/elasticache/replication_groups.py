"""Replication groups with cluster mode enabled; each is a real Redis Cluster."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.elasticache import events, global_membership, identifiers, requirements, snapshots, subnet_groups, users
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Kind, Record
from sandbox.redis_cluster import topology
from sandbox.redis_cluster.cluster import RedisCluster, Specification
from sandbox.redis_cluster.slots import told

_DEFAULT_VERSIONS = {"redis": "7.1.0", "valkey": "8.0.1"}
MODIFIED = "Replication group modified"
_LONGEST_ID = 40
NODE_ID = "0001"  # a node of a replication group always has this one
# What a replication group is where nothing else is asked for.
_DEFAULTS: Record = {
    "CacheNodeType": "cache.t3.micro",
    "CacheSubnetGroupName": "default",
    "ClusterEnabled": True,
    "ClusterMode": "enabled",
    "AutomaticFailover": "disabled",
    "MultiAZ": "disabled",
    "AuthTokenEnabled": False,
    "AutoMinorVersionUpgrade": True,
    "TransitEncryptionEnabled": True,
    "TransitEncryptionMode": "required",
    "AtRestEncryptionEnabled": False,
    "DataTiering": "disabled",
    "NetworkType": "ipv4",
    "IpDiscovery": "ipv4",
    "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
    "SnapshotRetentionLimit": 0,
    "SnapshotWindow": "03:00-04:00",
    "SecurityGroups": [],
    "LogDeliveryConfigurations": [],
}
# What nodes are: a change of it takes a while, during which the group is described as it was.
_OF_NODES = frozenset({"CacheNodeType", "ClusterMode", "Engine", "EngineVersion"})


def create(context: Context, parameters: Parameters) -> Record:
    """CreateReplicationGroup; the cluster is started after the call, the status is `creating` until it is healthy."""
    group_id = identifiers.new(parameters, "ReplicationGroupId", longest=_LONGEST_ID)
    if group_id in context.region.replication_groups:
        raise ServiceError("ReplicationGroupAlreadyExistsFault", f"Replication group {group_id} already exists.")
    requirements.check_parameter_group(parameters, family=context.parameter_family)
    global_id = parameters.get("GlobalReplicationGroupId")
    if global_id:
        parameters = global_membership.secondary(context.state, parameters)
    engine = parameters.get("Engine", "redis").lower()
    version = parameters.get("EngineVersion", _DEFAULT_VERSIONS.get(engine, ""))
    asked = {
        "Engine": engine,
        "EngineVersion": version,
        "CacheParameterGroupName": f"default.{engine}{version.partition('.')[0]}.cluster.on",
        **parameters,
    }
    requirements.check(asked, context.named_parameters)
    if "CacheSubnetGroupName" in asked:
        subnet_groups.find(context, asked["CacheSubnetGroupName"])
    group: Record = {
        **_DEFAULTS,
        **settings(asked),
        "ReplicationGroupId": group_id,
        "Status": "creating",
        "LogDeliveryConfigurations": _log_delivery([], asked),
        "UserGroupIds": [users.user_group(context, one)["UserGroupId"] for one in asked["UserGroupIds"]],
        "ReplicationGroupCreateTime": time.time(),
        "ARN": context.arn("replicationgroup", group_id),
        "Port": asked.get("Port", requirements.DEFAULT_PORT),
        "Shards": requirements.shards(asked),
        "Replicas": requirements.replicas(asked),
        "Parameters": dict(context.named_parameters),
        "Seeds": snapshots.seeds(context, asked),
    }
    if global_id:
        global_membership.join(group, global_id, global_membership.SECONDARY)
        group["Parameters"] = global_membership.primary(context.state, global_id)["Parameters"]
    context.region.replication_groups[group_id] = group
    context.tag(group["ARN"], parameters)
    context.start_cluster(Kind.REPLICATION_GROUP, group_id, specification(context, group))
    return {"ReplicationGroup": described(context, group)}


def describe(context: Context, parameters: Parameters) -> Record:
    """DescribeReplicationGroups, with the real addresses and the current roles."""
    wanted = parameters.get("ReplicationGroupId")
    groups = [find(context, wanted)] if wanted else list(context.region.replication_groups.values())
    return {"ReplicationGroups": [described(context, group) for group in groups]}


def modify(context: Context, parameters: Parameters) -> Record:
    """ModifyReplicationGroup: settings, parameter group and user groups at once, what nodes are in the background.

    It never waits for the maintenance window.
    """
    group = find_available(context, parameters["ReplicationGroupId"])
    global_membership.check_own_change(group, parameters)
    requirements.check_parameter_group(parameters, family=context.parameter_family)
    changes = settings(parameters)
    requirements.check_change(group, {**group, **changes}, parameter_family=context.parameter_family)
    of_nodes = {name: value for name, value in changes.items() if name in _OF_NODES and value != group[name]}
    group.update({name: value for name, value in changes.items() if name not in _OF_NODES})
    group["LogDeliveryConfigurations"] = _log_delivery(group["LogDeliveryConfigurations"], parameters)
    cluster = context.cluster(group["ReplicationGroupId"])
    if cluster is not None:
        _modify_access(context, group, parameters)
        if "CacheParameterGroupName" in parameters:
            group["Parameters"] = dict(context.named_parameters)
            cluster.set_parameters(group["Parameters"])
    if of_nodes:
        return begin_change(context, group, of_nodes)
    events.record(context.region, Kind.REPLICATION_GROUP, group["ReplicationGroupId"], MODIFIED)
    return {"ReplicationGroup": described(context, group)}


def begin_change(context: Context, group: Record, changes: Record) -> Record:
    """Let the nodes become those of the group's members, which then have `changes`; it is `modifying` until then."""
    group["Status"] = "modifying"
    group["Pending"] = changes
    context.change_cluster(group["ReplicationGroupId"])
    return {"ReplicationGroup": described(context, group)}


def is_changing(group: Record) -> bool:
    """Whether a change in the background is not over yet."""
    return "Pending" in group


def end_change(context: Context, group_id: str, *, trouble: str | None) -> None:
    """Note that a change in the background is over; after `trouble` the group is what its nodes are now."""
    group = context.region.replication_groups[group_id]
    changes = group.pop("Pending")
    if trouble is None:
        group.update(changes)
    if cluster := context.cluster(group_id):
        group["Members"] = topology.members_of(cluster.topology)
        group["Shards"] = len(group["Members"])
        group["Replicas"] = min(map(len, group["Members"].values())) - 1
    group["Status"] = "available"
    events.record(context.region, Kind.REPLICATION_GROUP, group_id, trouble or MODIFIED)


def delete(context: Context, parameters: Parameters) -> Record:
    """DeleteReplicationGroup; the cluster's processes are ended after the call, then the group is gone."""
    group = find(context, parameters["ReplicationGroupId"])
    if group["Status"] not in ("available", "create-failed"):
        raise _not_available(group)
    global_membership.check_deletable(group)
    if "FinalSnapshotIdentifier" in parameters:
        snapshots.take(context, group, running(context, group), parameters, "FinalSnapshotIdentifier")
    group["Status"] = "deleting"
    context.end_cluster(Kind.REPLICATION_GROUP, group["ReplicationGroupId"])
    return {"ReplicationGroup": described(context, group)}


def create_snapshot(context: Context, parameters: Parameters) -> Record:
    """CreateSnapshot, of a replication group."""
    group = find_available(context, parameters["ReplicationGroupId"])
    snapshot = snapshots.take(context, group, running(context, group), parameters, "SnapshotName")
    context.tag(snapshot["ARN"], parameters)
    return {"Snapshot": snapshot}


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


def running(context: Context, group: Record) -> RedisCluster:
    """Return a replication group's running cluster; raise InvalidReplicationGroupState where there is none."""
    cluster = context.cluster(group["ReplicationGroupId"])
    if cluster is None:
        raise _not_available(group)
    return cluster


def _not_available(group: Record) -> ServiceError:
    return ServiceError(
        "InvalidReplicationGroupStateFault",
        f"Replication group {group['ReplicationGroupId']} is {group['Status']}; it must be available.",
    )


def specification(context: Context, group: Record) -> Specification:
    """Return the cluster that a replication group asks for."""
    return Specification(
        name=group["ReplicationGroupId"],
        shards=group["Shards"],
        replicas=group["Replicas"],
        port=group["Port"],
        users=users.users_of(context, group),
        parameters=group["Parameters"],
        seeds=tuple(Path(file) for file in group.get("Seeds", ())),
    )


def _modify_access(context: Context, group: Record, parameters: Parameters) -> None:
    removed = (
        group["UserGroupIds"] if parameters.get("RemoveUserGroups") else parameters.get("UserGroupIdsToRemove", [])
    )
    remaining = [one for one in group["UserGroupIds"] if one not in removed]
    added = [users.user_group(context, one)["UserGroupId"] for one in parameters.get("UserGroupIdsToAdd", [])]
    group_ids = list(dict.fromkeys(remaining + added))
    if group_ids != group["UserGroupIds"]:
        group["UserGroupIds"] = group_ids
        users.apply(context, group)


def described(context: Context, group: Record) -> Record:
    """Return a replication group as the service shows it: with its endpoint and, while it runs, its nodes."""
    cluster = context.cluster(group["ReplicationGroupId"])
    described = {**group, "MemberClusters": member_names(group, cluster)}
    if cluster is None:
        return described
    endpoint = {"Address": cluster.topology.endpoint, "Port": cluster.topology.port}
    status = "modifying" if is_changing(group) else "available"
    return {**described, "ConfigurationEndpoint": endpoint, "NodeGroups": _node_groups(context, cluster, status)}


def _node_groups(context: Context, cluster: RedisCluster, status: str) -> list[Record]:
    primaries, now = cluster.primaries(), cluster.topology
    nodes = {shard: primary.node for shard, primary in primaries.items()}
    served = {shard: told(primary.seen.slots) for shard, primary in primaries.items()}
    return [
        {
            "NodeGroupId": shard.id,
            "Status": status,
            "Slots": served.get(shard.id),
            "NodeGroupMembers": [
                {
                    "CacheClusterId": node.name,
                    "CacheNodeId": NODE_ID,
                    "ReadEndpoint": {"Address": node.address, "Port": now.port},
                    "PreferredAvailabilityZone": zone(context, node.name),
                    "CurrentRole": "primary" if node == nodes.get(shard.id) else "replica",
                }
                for node in shard.nodes
            ],
        }
        for shard in now.shards
    ]


def members(group: Record) -> dict[str, list[str]]:
    """Return the names of the nodes that a replication group is to have, by the id of their node group."""
    created = topology.members(group["ReplicationGroupId"], shards=group["Shards"], replicas=group["Replicas"])
    changed: dict[str, list[str]] = group.get("Members", created)
    return changed


def member_names(group: Record, cluster: RedisCluster | None) -> list[str]:
    """Return the ids of the cache clusters that a replication group consists of now."""
    by_shard = topology.members_of(cluster.topology) if cluster else members(group)
    return [name for names in by_shard.values() for name in names]


def zone(context: Context, node_name: str) -> str:
    """Return the availability zone of a node."""
    # A shard's nodes lie in different zones; three are common to all regions.
    return context.region_name + "abc"[(int(node_name.rpartition("-")[2]) - 1) % 3]


def settings(parameters: Parameters) -> Record:
    """Return what a request sets, as members of the record."""
    return {member: convert(parameters[name]) for name, (member, convert) in _SETTINGS.items() if name in parameters}


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


def _enabled(value: object) -> str:
    return "enabled" if value else "disabled"


def _security_groups(ids: list[str]) -> list[Record]:
    return [{"SecurityGroupId": one, "Status": "active"} for one in ids]


def _same(value: object) -> object:
    return value


# What a request may set, as which member of the record, and how it is told there.
_SETTINGS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "AtRestEncryptionEnabled": ("AtRestEncryptionEnabled", _same),
    "AutoMinorVersionUpgrade": ("AutoMinorVersionUpgrade", _same),
    "AutomaticFailoverEnabled": ("AutomaticFailover", _enabled),
    "CacheNodeType": ("CacheNodeType", _same),
    "CacheParameterGroupName": ("CacheParameterGroupName", _same),
    "CacheSubnetGroupName": ("CacheSubnetGroupName", str.lower),
    "DataTieringEnabled": ("DataTiering", _enabled),
    "Engine": ("Engine", str.lower),
    "ClusterMode": ("ClusterMode", _same),
    "EngineVersion": ("EngineVersion", _full_version),
    "IpDiscovery": ("IpDiscovery", _same),
    "KmsKeyId": ("KmsKeyId", _same),
    "MultiAZEnabled": ("MultiAZ", _enabled),
    "NetworkType": ("NetworkType", _same),
    "NotificationTopicArn": ("NotificationTopicArn", _same),
    "PreferredMaintenanceWindow": ("PreferredMaintenanceWindow", _same),
    "ReplicationGroupDescription": ("Description", _same),
    "SecurityGroupIds": ("SecurityGroups", _security_groups),
    "SnapshotRetentionLimit": ("SnapshotRetentionLimit", _same),
    "SnapshotWindow": ("SnapshotWindow", _same),
    "TransitEncryptionMode": ("TransitEncryptionMode", _same),
}
OPERATIONS: dict[str, Operation] = {
    "CreateReplicationGroup": create,
    "DescribeReplicationGroups": describe,
    "ModifyReplicationGroup": modify,
    "DeleteReplicationGroup": delete,
    "CreateSnapshot": create_snapshot,
}
