"""Shards and replicas of a replication group change while it serves.

Rules: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ModifyReplicationGroupShardConfiguration.html,
API_IncreaseReplicaCount.html and API_DecreaseReplicaCount.html beside it. A new shard or node gets the lowest number
that is free.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import count, islice

from sandbox.elasticache import events, global_membership, replication_groups, requirements
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Kind, Record
from sandbox.redis_cluster.cluster import RedisCluster
from sandbox.redis_cluster.topology import Members


def modify_shards(context: Context, parameters: Parameters) -> Record:
    """ModifyReplicationGroupShardConfiguration: node groups come or go, and slots are spread evenly again."""
    group, _ = _group(context, parameters)
    if global_id := global_membership.global_id_of(group):
        raise _invalid(f"The members of {global_id} have the same node groups: change those of all of them.")
    current = replication_groups.members(group)
    wanted = with_shards(
        current,
        parameters["NodeGroupCount"],
        name=group["ReplicationGroupId"],
        removed=parameters.get("NodeGroupsToRemove", ()),
        retained=parameters.get("NodeGroupsToRetain", ()),
    )
    return _reshape(context, group, wanted, f"Modifying node groups from {len(current)} to {len(wanted)}")


def increase_replicas(context: Context, parameters: Parameters) -> Record:
    """IncreaseReplicaCount, of all node groups or of each by itself."""
    group, _ = _group(context, parameters)
    current = replication_groups.members(group)
    wanted = with_more_replicas(current, _counts(current, parameters), name=group["ReplicationGroupId"])
    _require_change(current, wanted)
    return _reshape(context, group, wanted, "Increasing the number of replicas")


def decrease_replicas(context: Context, parameters: Parameters) -> Record:
    """DecreaseReplicaCount, of all node groups or of each by itself, or of named replicas; primaries stay."""
    group, cluster = _group(context, parameters)
    current = replication_groups.members(group)
    primaries = {primary.node.name for primary in cluster.primaries().values()}
    if named := parameters.get("ReplicasToRemove"):
        wanted = without(current, named, primaries=primaries)
    else:
        wanted = with_fewer_replicas(current, _counts(current, parameters), primaries=primaries)
    _require_change(current, wanted)
    if group["MultiAZ"] == "enabled" and any(len(names) == 1 for names in wanted.values()):
        raise ServiceError("InvalidParameterValueException", "Multi-AZ needs at least one replica in each node group.")
    return _reshape(context, group, wanted, "Decreasing the number of replicas")


def with_shards(
    current: Members, number: int, *, name: str, removed: Collection[str], retained: Collection[str]
) -> dict[str, list[str]]:
    """Return the nodes of `number` node groups; of fewer than there are, `removed` or `retained` says which.

    Raises ServiceError where these do not fit together.
    """
    if unknown := sorted({*removed, *retained} - current.keys()):
        raise _invalid(f"There is no node group {', '.join(unknown)}; there are {', '.join(sorted(current))}.")
    kept = {
        shard: list(names)
        for shard, names in current.items()
        if shard not in removed and (not retained or shard in retained)
    }
    if number < len(current) and len(kept) != number:
        raise _invalid(
            f"{number} node groups are to be left of {len(current)}: NodeGroupsToRemove or NodeGroupsToRetain must say "
            f"which; as they are given, {len(kept)} would be left."
        )
    if number >= len(current) and (removed or retained):
        raise _invalid("NodeGroupsToRemove and NodeGroupsToRetain are for fewer node groups only.")
    nodes = min(map(len, current.values()))
    free = (shard for shard in (f"{place:04d}" for place in count(1)) if shard not in current)
    for shard in islice(free, number - len(kept)):
        kept[shard] = [f"{name}-{shard}-{node:03d}" for node in range(1, nodes + 1)]
    return dict(sorted(kept.items()))


def with_more_replicas(current: Members, counts: Mapping[str, int], *, name: str) -> dict[str, list[str]]:
    """Return the nodes of node groups that have so many replicas; raise ServiceError where one would lose some."""
    wanted = {}
    for shard, names in current.items():
        if counts[shard] < len(names) - 1:
            raise _invalid(f"Node group {shard} has {len(names) - 1} replicas already, more than {counts[shard]}.")
        free = (each for each in (f"{name}-{shard}-{node:03d}" for node in count(1)) if each not in names)
        wanted[shard] = sorted([*names, *islice(free, counts[shard] + 1 - len(names))])
    return wanted


def with_fewer_replicas(
    current: Members, counts: Mapping[str, int], *, primaries: Collection[str]
) -> dict[str, list[str]]:
    """Return the nodes of node groups that keep so many replicas; raise ServiceError where one would gain some."""
    wanted = {}
    for shard, names in current.items():
        if counts[shard] > len(names) - 1:
            raise _invalid(f"Node group {shard} has only {len(names) - 1} replicas, fewer than {counts[shard]}.")
        replicas = [each for each in names if each not in primaries]
        going = replicas[counts[shard] :]
        wanted[shard] = [each for each in names if each not in going]
    return wanted


def without(current: Members, named: Collection[str], *, primaries: Collection[str]) -> dict[str, list[str]]:
    """Return the nodes that are left without the named replicas; raise ServiceError where one is none."""
    for each in named:
        if each in primaries or not any(each in names for names in current.values()):
            raise _invalid(f"{each} is not a replica of this replication group.")
    return {shard: [each for each in names if each not in named] for shard, names in current.items()}


def _group(context: Context, parameters: Parameters) -> tuple[Record, RedisCluster]:
    group = replication_groups.find_available(context, parameters["ReplicationGroupId"])
    if not parameters.get("ApplyImmediately"):
        raise _invalid("ApplyImmediately must be true.")
    return group, replication_groups.running(context, group)


def _counts(current: Members, parameters: Parameters) -> dict[str, int]:
    """How many replicas each node group is to have."""
    each = {one["NodeGroupId"]: one["NewReplicaCount"] for one in parameters.get("ReplicaConfiguration", [])}
    if unknown := sorted(each.keys() - current.keys()):
        raise _invalid(f"There is no node group {', '.join(unknown)}; there are {', '.join(sorted(current))}.")
    if not each and "NewReplicaCount" not in parameters:
        raise _invalid("NewReplicaCount or ReplicaConfiguration must say how many replicas there are to be.")
    return {
        shard: each.get(shard, len(names) - 1) if each else parameters["NewReplicaCount"]
        for shard, names in current.items()
    }


def _require_change(current: Members, wanted: Members) -> None:
    if wanted == current:
        raise ServiceError("NoOperationFault", "The replication group has these replicas already.")


def _reshape(context: Context, group: Record, wanted: dict[str, list[str]], message: str) -> Record:
    requirements.check_members(wanted)
    group["Members"] = wanted
    events.record(context.region, Kind.REPLICATION_GROUP, group["ReplicationGroupId"], message)
    return replication_groups.begin_change(context, group, {})


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameterValueException", message)


OPERATIONS: dict[str, Operation] = {
    "ModifyReplicationGroupShardConfiguration": modify_shards,
    "IncreaseReplicaCount": increase_replicas,
    "DecreaseReplicaCount": decrease_replicas,
}
