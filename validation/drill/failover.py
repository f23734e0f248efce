"""The failover drill: write without pause, make a primary fail, watch the shard recover, count what was lost."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from validation.checks.redis_data import reach
from validation.clients import Clients
from validation.context import Context
from validation.drill.events import events_since
from validation.drill.keys import temporary_keys
from validation.drill.load import Load
from validation.drill.measurement import Measurement
from validation.drill.observation import in_sync, new_primary, wait_for
from validation.drill.timeline import Moment, Timeline
from validation.drill.trigger import Trigger, pull, require_usable
from validation.drill.writer import Assignment
from validation.errors import CouldNotRun
from validation.framework.result import Skip, Unmet
from validation.live import redis
from validation.redis_access import RedisAccess
from validation.redis_probe import topology
from validation.redis_topology import Shard, parse_slot_ranges, tag_for

WARM_UP_SECONDS: Final = 3.0
"""Of steady writes before the trigger, so that a gap stands out."""
COOL_DOWN_SECONDS: Final = 2.0
"""Of writes after the recovery, so that the last gap is closed."""
STATUS_POLL_SECONDS: Final = 1.0
"""Between two questions to ElastiCache, which limits how often one may ask."""
OTHER_SHARDS: Final = 4
"""Shards beside the one under test that are written to as well, to see that nothing disturbs them."""
KEY_PREFIX: Final = "validation:drill:"
CLOCK_DIFFERENCE: Final = timedelta(seconds=1)
"""Between AWS's clock and ours that may make an event seem older than the trigger."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a drill is run."""

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


def prepare(context: Context, settings: Settings) -> Stage:
    """See that a drill can begin; raises `CouldNotRun` with what stands in its way."""
    try:
        access = reach(context)
        group = redis.replication_group(context.clients, context.environment.replication_group_id)
    except (Skip, Unmet) as reason:
        raise CouldNotRun(str(reason)) from None
    if group["Status"] != "available":
        raise CouldNotRun(
            f"{group['ReplicationGroupId']} is {group['Status']}, and a drill needs it available: wait and run again"
        )
    node_groups = {each["NodeGroupId"]: each for each in group["NodeGroups"]}
    if settings.shard not in node_groups:
        raise CouldNotRun(f"--shard {settings.shard}: no such shard, allowed {', '.join(sorted(node_groups))}")
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


def run_drill(context: Context, stage: Stage, settings: Settings, *, tell: Callable[[Moment], None]) -> Measurement:
    """Fail a shard over under load and measure what clients noticed.

    Calls `tell` with every moment as it comes. An interrupt after the trigger ends the drill with what was measured
    so far. Raises `CouldNotRun` where the trigger is refused.
    """
    limits = context.environment.failover
    assigned = assignments(settings, stage.slots)
    recovery = Recovery()
    interrupted = False
    with (
        stage.access.cluster(stage.shard.nodes) as client,
        temporary_keys(client, assigned, replicas=len(stage.shard.replicas)),
    ):
        load = Load(client, assigned, per_second=settings.per_second, patience_seconds=limits.longest_gap_seconds)
        with load.running():
            time.sleep(WARM_UP_SECONDS)
            started_at, started = datetime.now(UTC), time.monotonic()
            timeline = Timeline(started, tell=tell)
            try:
                timeline.now(f"{settings.trigger} failover of shard {settings.shard}, primary {stage.shard.primary}")
                pull(settings.trigger, context.clients, replication_group=stage.group_id, shard=settings.shard)
                recovery.watch(context.clients, stage, timeline, deadline=started + limits.recovery_seconds)
                time.sleep(COOL_DOWN_SECONDS)
            except KeyboardInterrupt:
                interrupted = True
        confirmed, accepted = load.read_back()
    gaps = load.longest_gaps()
    gap = gaps[settings.shard]
    timeline.at(gap.start, f"last successful write before the longest gap of shard {settings.shard}")
    timeline.at(gap.end, f"first successful write after it: {gap.seconds:.2f} s")
    _note_events(timeline, context.clients, stage, started_at=started_at, started=started)
    return Measurement(
        shard=settings.shard,
        started_at=started_at,
        longest_gaps={shard: gap.seconds for shard, gap in gaps.items()},
        failed_operations=load.failed,
        retried_errors=load.retried,
        confirmed=confirmed,
        accepted=accepted,
        new_primary_seconds=recovery.new_primary_seconds,
        recovery_seconds=recovery.in_sync_seconds,
        available_seconds=recovery.available_seconds,
        timeline=timeline.moments,
        interrupted=interrupted,
    )


@dataclass(kw_only=True)
class Recovery:
    """How far a shard has recovered, in seconds after the trigger."""

    new_primary_seconds: float | None = None
    in_sync_seconds: float | None = None
    available_seconds: float | None = None

    def watch(self, clients: Clients, stage: Stage, timeline: Timeline, *, deadline: float) -> None:
        """Follow the shard until all is well again, or until `deadline` on the monotonic clock."""
        access, successors = stage.access, stage.shard.replicas
        primary = wait_for(lambda: new_primary(access, successors), deadline=deadline)
        if primary is None:
            timeline.now("no replica took over")
            return
        self.new_primary_seconds = timeline.now(f"{primary} is the new primary")
        if wait_for(lambda: in_sync(access, primary, replicas=len(successors)), deadline=deadline) is None:
            timeline.now("not every replica came back in sync")
            return
        self.in_sync_seconds = timeline.now(f"{len(successors)} of {len(successors)} replicas in sync")
        available = wait_for(
            lambda: _is_available(clients, stage.group_id) or None,
            deadline=deadline,
            poll_seconds=STATUS_POLL_SECONDS,
        )
        if available is None:
            timeline.now(f"{stage.group_id} is still not available")
            return
        self.available_seconds = timeline.now(f"{stage.group_id} is available")


def _is_available(clients: Clients, group_id: str) -> bool:
    return redis.replication_group(clients, group_id)["Status"] == "available"


def _note_events(timeline: Timeline, clients: Clients, stage: Stage, *, started_at: datetime, started: float) -> None:
    """Add what ElastiCache told meanwhile, by its own clock."""
    sources = (stage.group_id, *stage.node_ids)
    try:
        told = events_since(clients, started_at - CLOCK_DIFFERENCE, sources)
    except (BotoCoreError, ClientError) as error:
        timeline.now(f"ElastiCache's events could not be read: {error}")
        return
    for event in told:
        timeline.at(started + (event.at - started_at).total_seconds(), f"{event.source}: {event.message}")


def assignments(settings: Settings, slots: Mapping[str, tuple[range, ...]]) -> tuple[Assignment, ...]:
    """Who writes where."""
    run = uuid.uuid4().hex[:8]
    others = [shard for shard in sorted(slots) if shard != settings.shard][:OTHER_SHARDS]
    numbers = {settings.shard: settings.writers} | dict.fromkeys(others, 2)
    return tuple(
        Assignment(
            shard=shard,
            key=f"{KEY_PREFIX}{run}:{{{tag_for(slots[shard])}}}:{number}",
            waits=number % 2 == 1,
        )
        for shard, writers in numbers.items()
        for number in range(writers)
    )
