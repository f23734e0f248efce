"""Which replication groups, of all regions, belong to a global datastore, and what that means for each of them."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record, State

PRIMARY = "PRIMARY"
SECONDARY = "SECONDARY"

# What a secondary has from its primary, as members of the record and as parameters of CreateReplicationGroup.
_INHERITED = {
    "Engine": "Engine",
    "EngineVersion": "EngineVersion",
    "CacheNodeType": "CacheNodeType",
    "CacheParameterGroupName": "CacheParameterGroupName",
    "ClusterMode": "ClusterMode",
    "Shards": "NumNodeGroups",
    "TransitEncryptionEnabled": "TransitEncryptionEnabled",
    "TransitEncryptionMode": "TransitEncryptionMode",
    "AtRestEncryptionEnabled": "AtRestEncryptionEnabled",
}
_NEVER_GIVEN = frozenset({*_INHERITED.values(), "AuthToken", "SnapshotArns", "SnapshotName", "PrimaryClusterId"})
# What all members have in common, so that one alone cannot change it.
_COMMON = frozenset({"AutomaticFailoverEnabled", "CacheNodeType", "Engine", "EngineVersion"})


def members(state: State, global_id: str) -> Iterator[tuple[str, Record]]:
    """Give every member with its region."""
    for region_name, region in state.regions.items():
        for group in region.replication_groups.values():
            if global_id_of(group) == global_id:
                yield region_name, group


def primary(state: State, global_id: str) -> Record:
    """Return the member that takes writes; raise GlobalReplicationGroupNotFoundFault."""
    for _, group in members(state, global_id):
        if role(group) == PRIMARY:
            return group
    raise not_found(global_id)


def not_found(global_id: str) -> ServiceError:
    """Return the error for a global datastore that is none."""
    return ServiceError("GlobalReplicationGroupNotFoundFault", f"Global replication group {global_id} not found.")


def global_id_of(group: Record) -> str | None:
    """Return the global datastore that a replication group belongs to, or None."""
    global_id: str | None = group.get("GlobalReplicationGroupInfo", {}).get("GlobalReplicationGroupId")
    return global_id


def role(group: Record) -> str | None:
    """Return a replication group's role in its global datastore, or None where it belongs to none."""
    role: str | None = group.get("GlobalReplicationGroupInfo", {}).get("GlobalReplicationGroupMemberRole")
    return role


def join(group: Record, global_id: str, as_role: str) -> None:
    """Make a replication group a member, or give a member another role."""
    group["GlobalReplicationGroupInfo"] = {
        "GlobalReplicationGroupId": global_id,
        "GlobalReplicationGroupMemberRole": as_role,
    }


def leave(group: Record) -> None:
    """Make a member a replication group of its own again."""
    del group["GlobalReplicationGroupInfo"]


def secondary(state: State, asked: Parameters) -> Parameters:
    """Return what a secondary is created with; raise ServiceError for what it cannot be given."""
    first = primary(state, asked["GlobalReplicationGroupId"])
    if given := sorted(_NEVER_GIVEN & asked.keys()):
        raise ServiceError(
            "InvalidParameterCombinationException",
            "Cannot use the given parameters when creating new replication group in an existing global replication "
            f"group: {', '.join(given)}.",
        )
    if first["AutomaticFailover"] == "enabled" and not asked.get("ReplicasPerNodeGroup", first["Replicas"]):
        raise ServiceError(
            "InvalidParameterCombinationException", "A secondary of a primary with automatic failover needs a replica."
        )
    return {
        **{parameter: first[member] for member, parameter in _INHERITED.items()},
        "ReplicasPerNodeGroup": first["Replicas"],
        **asked,
        # Whatever is asked for.
        "AutomaticFailoverEnabled": first["AutomaticFailover"] == "enabled",
        "MultiAZEnabled": first["MultiAZ"] == "enabled",
    }


def check_own_change(group: Record, parameters: Parameters) -> None:
    """Raise ServiceError where a member alone is to change what it has in common with the others."""
    if global_id_of(group) and (changed := sorted(_COMMON & parameters.keys())):
        raise ServiceError(
            "InvalidParameterValueException",
            f"{', '.join(changed)} of {group['ReplicationGroupId']} cannot be modified, since it belongs to the global "
            f"replication group {global_id_of(group)}: modify that one.",
        )


def check_deletable(group: Record) -> None:
    """Raise InvalidReplicationGroupState for a member: it has to leave first."""
    if global_id := global_id_of(group):
        raise ServiceError(
            "InvalidReplicationGroupStateFault",
            f"Replication group {group['ReplicationGroupId']} belongs to the global replication group {global_id}.",
        )
