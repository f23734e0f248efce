"""The failover drill: write without pause, make a primary fail, watch the shard recover, count what was lost."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from environments.redis_users import VALIDATION_KEYS
from validation.clients import Clients
from validation.context import Context
from validation.drill.events import events_between
from validation.drill.keys import temporary_keys
from validation.drill.load import Load
from validation.drill.measurement import Measurement
from validation.drill.recovery import Recovery
from validation.drill.stage import Settings, Stage
from validation.drill.timeline import Moment, Timeline
from validation.drill.trigger import pull
from validation.drill.writer import Assignment
from validation.redis.topology import tag_for

WARM_UP_SECONDS: Final = 3.0
"""Of steady writes before the trigger, so that a gap stands out."""
COOL_DOWN_SECONDS: Final = 2.0
"""Of writes after the recovery, so that the last gap is closed."""
OTHER_SHARDS: Final = 4
"""Shards beside the one under test that are written to as well, to see that nothing disturbs them."""
KEY_PREFIX: Final = f"{VALIDATION_KEYS}:drill:"
CLOCK_DIFFERENCE: Final = timedelta(seconds=1)
"""Between AWS's clock and ours that may make an event seem older than the trigger."""


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


def _note_events(timeline: Timeline, clients: Clients, stage: Stage, *, started_at: datetime, started: float) -> None:
    """Add what ElastiCache told meanwhile, by its own clock."""
    sources = (stage.group_id, *stage.node_ids)
    try:
        told = events_between(clients, started_at - CLOCK_DIFFERENCE, datetime.now(UTC) + CLOCK_DIFFERENCE, sources)
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
