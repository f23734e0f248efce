"""Global datastores: replication groups of several regions, one of which takes the writes.

The control plane is complete; between the regions no data are copied, since one Redis Cluster cannot follow another.
A secondary is a cluster of its own that refuses writes, and that is empty until it is promoted and written to.
"""

from __future__ import annotations

import hashlib

from environments.elasticache import GLOBAL_NODE_FAMILIES, is_large, node_family
from sandbox.elasticache import replication_groups, users
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.global_membership import (
    PRIMARY,
    SECONDARY,
    global_id_of,
    join,
    leave,
    members,
    not_found,
    primary,
    role,
)
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record

_PREFIX_LENGTH = 5
_SETTLED = ("available", "create-failed")
# What ModifyGlobalReplicationGroup changes in every member.
_COMMON = frozenset({"AutomaticFailover", "CacheNodeType", "CacheParameterGroupName", "Engine", "EngineVersion"})


def create(context: Context, parameters: Parameters) -> Record:
    """CreateGlobalReplicationGroup: an available replication group becomes the primary."""
    group_id = parameters["PrimaryReplicationGroupId"].lower()
    group = context.region.replication_groups.get(group_id)
    if group is None:
        raise ServiceError("ReplicationGroupNotFoundFault", f"ReplicationGroup {group_id} not found.")
    if group["Status"] != "available" or global_id_of(group):
        raise ServiceError(
            "InvalidReplicationGroupStateFault",
            f"Replication group {group_id} is {group['Status']} and belongs to {global_id_of(group) or 'no'} global "
            "replication group; it must be available and belong to none.",
        )
    _check_nodes(group["CacheNodeType"])
    global_id = f"{_prefix(context.region_name)}-{parameters['GlobalReplicationGroupIdSuffix']}"
    if global_id in context.state.global_replication_groups:
        raise ServiceError("GlobalReplicationGroupAlreadyExistsFault", f"{global_id} already exists.")
    context.state.global_replication_groups[global_id] = {
        "GlobalReplicationGroupId": global_id,
        "GlobalReplicationGroupDescription": parameters.get("GlobalReplicationGroupDescription", " "),
        # No region is part of it.
        "ARN": f"arn:aws:elasticache::{context.account}:globalreplicationgroup:{global_id}",
    }
    join(group, global_id, PRIMARY)
    return _answer(context, global_id)


def describe(context: Context, parameters: Parameters) -> Record:
    """DescribeGlobalReplicationGroups: those that have a member in the caller's region, or the one that is named."""
    here = {global_id_of(group) for group in context.region.replication_groups.values()}
    wanted = parameters.get("GlobalReplicationGroupId")
    found = [_known(context, wanted)] if wanted else [one for one in _all(context) if one in here]
    described = [_described(context, global_id) for global_id in found]
    if not parameters.get("ShowMemberInfo"):
        described = [{**one, "Members": None} for one in described]
    return {"GlobalReplicationGroups": described}


def modify(context: Context, parameters: Parameters) -> Record:
    """ModifyGlobalReplicationGroup: the members change together, at once."""
    global_id = _available(context, parameters["GlobalReplicationGroupId"])
    if "GlobalReplicationGroupDescription" in parameters:
        record = context.state.global_replication_groups[global_id]
        record["GlobalReplicationGroupDescription"] = parameters["GlobalReplicationGroupDescription"]
    changes = {name: value for name, value in replication_groups.settings(parameters).items() if name in _COMMON}
    if "CacheNodeType" in changes:
        _check_nodes(changes["CacheNodeType"])
    for _, group in members(context.state, global_id):
        group.update(changes)
    return _answer(context, global_id)


def disassociate(context: Context, parameters: Parameters) -> Record:
    """DisassociateGlobalReplicationGroup: a secondary becomes a replication group of its own, which takes writes."""
    global_id = _available(context, parameters["GlobalReplicationGroupId"])
    region_name, group = _member(context, parameters, region="ReplicationGroupRegion", group="ReplicationGroupId")
    if role(group) == PRIMARY:
        raise ServiceError(
            "InvalidParameterValueException",
            f"{group['ReplicationGroupId']} is the primary of {global_id}, which cannot be disassociated: fail over to "
            "another member first.",
        )
    leave(group)
    users.apply(context.within(region_name), group)
    return _answer(context, global_id)


def fail_over(context: Context, parameters: Parameters) -> Record:
    """FailoverGlobalReplicationGroup: a secondary takes the writes from now on, and the primary no more."""
    global_id = _available(context, parameters["GlobalReplicationGroupId"])
    _, promoted = _member(context, parameters, region="PrimaryRegion", group="PrimaryReplicationGroupId")
    if role(promoted) == PRIMARY:
        raise ServiceError(
            "InvalidParameterValueException", f"{promoted['ReplicationGroupId']} is the primary of {global_id} already."
        )
    for region_name, group in members(context.state, global_id):
        join(group, global_id, PRIMARY if group is promoted else SECONDARY)
        users.apply(context.within(region_name), group)
    return _answer(context, global_id)


def delete(context: Context, parameters: Parameters) -> Record:
    """DeleteGlobalReplicationGroup: the last member, the primary, goes on as a replication group of its own."""
    global_id = _available(context, parameters["GlobalReplicationGroupId"])
    if not parameters["RetainPrimaryReplicationGroup"]:
        raise ServiceError(
            "InvalidParameterValueException",
            "The primary is never deleted: RetainPrimaryReplicationGroup must be true.",
        )
    if len(list(members(context.state, global_id))) > 1:
        raise ServiceError(
            "InvalidGlobalReplicationGroupStateFault", f"{global_id} has secondaries: disassociate them first."
        )
    answer = {"GlobalReplicationGroup": {**_described(context, global_id), "Status": "deleting"}}
    leave(primary(context.state, global_id))
    del context.state.global_replication_groups[global_id]
    return answer


def _all(context: Context) -> list[str]:
    return list(context.state.global_replication_groups)


def _known(context: Context, global_id: str) -> str:
    if global_id not in context.state.global_replication_groups:
        raise not_found(global_id)
    return global_id


def _available(context: Context, global_id: str) -> str:
    if (status := _status(context, _known(context, global_id))) == "modifying":
        raise ServiceError("InvalidGlobalReplicationGroupStateFault", f"{global_id} is {status}; it must be available.")
    return global_id


def _status(context: Context, global_id: str) -> str:
    groups = [group for _, group in members(context.state, global_id)]
    if any(group["Status"] not in _SETTLED for group in groups):
        return "modifying"
    return "available" if len(groups) > 1 else "primary-only"


def _member(context: Context, parameters: Parameters, *, region: str, group: str) -> tuple[str, Record]:
    region_name, group_id = parameters[region], parameters[group].lower()
    for found in members(context.state, parameters["GlobalReplicationGroupId"]):
        if (found[0], found[1]["ReplicationGroupId"]) == (region_name, group_id):
            return found
    raise ServiceError(
        "InvalidParameterValueException",
        f"{group_id} of {region_name} is no member of {parameters['GlobalReplicationGroupId']}.",
    )


def _answer(context: Context, global_id: str) -> Record:
    return {"GlobalReplicationGroup": _described(context, global_id)}


def _described(context: Context, global_id: str) -> Record:
    first = primary(context.state, global_id)
    of_primary = (
        "CacheNodeType", "Engine", "EngineVersion", "ClusterEnabled", "AuthTokenEnabled", "TransitEncryptionEnabled",
        "AtRestEncryptionEnabled",
    )  # fmt: skip
    return {
        **context.state.global_replication_groups[global_id],
        **{member: first[member] for member in of_primary},
        "Status": _status(context, global_id),
        "Members": [
            {
                "ReplicationGroupId": group["ReplicationGroupId"],
                "ReplicationGroupRegion": region_name,
                "Role": role(group),
                "AutomaticFailover": group["AutomaticFailover"],
                "Status": "associated",
            }
            for region_name, group in members(context.state, global_id)
        ],
        "GlobalNodeGroups": [
            {"GlobalNodeGroupId": f"{global_id}-{shard:04d}"} for shard in range(1, first["Shards"] + 1)
        ],
    }


def _check_nodes(node_type: str) -> None:
    if node_family(node_type) not in GLOBAL_NODE_FAMILIES or not is_large(node_type):
        raise ServiceError(
            "InvalidParameterValueException", f"Global replication groups are not supported on {node_type}."
        )


def _prefix(region_name: str) -> str:
    # Every region has five letters of its own; AWS's are a list, the sandbox's are computed.
    digest = hashlib.sha256(region_name.encode()).digest()
    return "".join(chr(ord("a") + byte % 26) for byte in digest[:_PREFIX_LENGTH])


OPERATIONS: dict[str, Operation] = {
    "CreateGlobalReplicationGroup": create,
    "DescribeGlobalReplicationGroups": describe,
    "ModifyGlobalReplicationGroup": modify,
    "DisassociateGlobalReplicationGroup": disassociate,
    "FailoverGlobalReplicationGroup": fail_over,
    "DeleteGlobalReplicationGroup": delete,
}
