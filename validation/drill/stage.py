"""What a failover drill begins on: a healthy replication group that can be reached, and a trigger that can be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from environments.replication_groups import replication_groups
from validation.checks.redis_data import reach
from validation.checks.redis_settings import describe
from validation.context import Context
from validation.drill.trigger import Trigger, require_usable
from validation.errors import CouldNotRun
from validation.framework.result import Unmet
from validation.redis.access import RedisAccess
from validation.redis.probe import topology
from validation.redis.topology import Shard, parse_slot_ranges


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a drill is run."""

    group: str = ""
    """Name of a separate replication group; the main one where empty."""
    shard: str = "0001"
    trigger: Trigger = Trigger.API
    writers: int = 4
    """On the shard under test; on every other one there are two. Every second writer uses WAIT."""
    per_second: float = 50
    """Writes of each writer."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A healthy replication group that a drill can begin on."""

    access: RedisAccess
    group_id: str
    node_ids: tuple[str, ...]
    """Cache cluster ids of the nodes of the shard under test."""
    shard: Shard
    """The shard under test."""
    slots: Mapping[str, tuple[range, ...]]
    """Slots of every shard, by node group id."""


def set_stage(context: Context, settings: Settings) -> Stage:
    """See that a drill can begin; raises `CouldNotRun` with what stands in its way."""
    wanted = _group(context, settings)
    try:
        group = describe(context, wanted)
    except Unmet as unmet:
        raise CouldNotRun(str(unmet)) from None
    if group["Status"] != "available":
        raise CouldNotRun(
            f"{group['ReplicationGroupId']} is {group['Status']}, and a drill needs it available: wait and run again"
        )
    node_groups = {each["NodeGroupId"]: each for each in group["NodeGroups"]}
    if settings.shard not in node_groups:
        raise CouldNotRun(f"--shard {settings.shard}: no such shard, allowed {', '.join(sorted(node_groups))}")
    access = _reach(context, wanted)
    require_usable(settings.trigger, context.clients, now=datetime.now(UTC))
    slots = {name: parse_slot_ranges(each["Slots"]) for name, each in node_groups.items()}
    first_slot = slots[settings.shard][0][0]
    replicas = len(node_groups[settings.shard]["NodeGroupMembers"]) - 1
    shards = topology(access, replicas=replicas)
    shard = next((each for each in shards if each.serves(first_slot)), None)
    if shard is None or not shard.replicas:
        raise CouldNotRun(f"shard {settings.shard} has no replica that could take over")
    return Stage(
        access=access,
        group_id=group["ReplicationGroupId"],
        node_ids=tuple(each["CacheClusterId"] for each in node_groups[settings.shard]["NodeGroupMembers"]),
        shard=shard,
        slots=slots,
    )


def _group(context: Context, settings: Settings) -> str:
    if context.environment.redis.kind == "serverless":
        raise CouldNotRun(
            f"{context.environment.name} has a serverless cache, whose nodes ElastiCache neither shows nor fails over "
            "on request: there is nothing to drill; `python -m validation run` sees whether it serves"
        )
    groups = {group.name: group.id for group in replication_groups(context.environment)}
    if settings.group not in groups:
        allowed = ", ".join(name for name in groups if name) or "none: all uses live in the main group"
        raise CouldNotRun(f"--group {settings.group}: no such separate replication group, allowed {allowed}")
    return groups[settings.group]


def _reach(context: Context, group: str) -> RedisAccess:
    try:
        return reach(context, group)
    except Unmet as unmet:
        raise CouldNotRun(
            f"a drill writes to Redis, which cannot be reached from here ({unmet}): run it on a machine in the VPC "
            f"that has the security group {context.environment.physical_name('clients')}"
        ) from None
