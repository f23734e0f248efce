"""The restore drill: write, make mistakes, restore to the moment between, compare, remove what was restored."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from environments.schema import RestoreLimits
from validation.context import Context
from validation.drill.restore import objects, table
from validation.drill.restore.items import Fate, Items
from validation.drill.restore.measurement import Measurement
from validation.drill.restore.stage import Settings, Stage
from validation.drill.timeline import Moment, Timeline


@dataclass(kw_only=True)
class _Progress:
    """What is known so far."""

    point: datetime = field(default_factory=lambda: datetime.now(UTC))
    restorable_seconds: float | None = None
    recovery_seconds: float | None = None
    items: Fate | None = None
    differences: tuple[str, ...] | None = None
    set_again: tuple[str, ...] = ()
    objects_lost: int | None = None
    object_seconds: float | None = None


def run_restore(context: Context, stage: Stage, settings: Settings, *, tell: Callable[[Moment], None]) -> Measurement:
    """Restore an object and a table beside the one in use, and see what came back.

    Calls `tell` with every moment as it comes. An interrupt ends the drill with what was measured so far, once what it
    made is removed. Raises `CouldNotRun` where AWS refuses the restore.
    """
    timeline = Timeline(time.monotonic(), tell=tell)
    for name in stage.left_behind:
        timeline.now(f"an earlier drill left {name}: delete it with `aws dynamodb delete-table --table-name {name}`")
    progress = _Progress()
    interrupted = False
    try:
        _restore_object(context, stage, timeline, progress)
        _restore_table(context, stage, settings, timeline, progress)
    except KeyboardInterrupt:
        interrupted = True
    return Measurement(
        restore_point=progress.point,
        restorable_seconds=progress.restorable_seconds,
        recovery_seconds=progress.recovery_seconds,
        items=progress.items,
        differences=progress.differences,
        set_again=progress.set_again,
        objects_lost=progress.objects_lost,
        object_seconds=progress.object_seconds,
        timeline=timeline.moments,
        interrupted=interrupted,
    )


def _restore_object(context: Context, stage: Stage, timeline: Timeline, progress: _Progress) -> None:
    with objects.lost_object(context.clients, stage) as key:
        began = timeline.now(f"object {key} of {stage.bucket} overwritten, then deleted")
        back = [objects.undelete(context.clients, stage, key), objects.revert(context.clients, stage, key)]
        progress.object_seconds = timeline.now("delete marker removed, older version copied over the newer") - began
        progress.objects_lost = back.count(False)


def _restore_table(context: Context, stage: Stage, settings: Settings, timeline: Timeline, progress: _Progress) -> None:
    clients, limits = context.clients, context.environment.restore
    items = Items(clients.dynamodb, stage.table, stage.declared, run=stage.run, count=settings.items)
    with items.written() as point:
        progress.point = point
        passed = timeline.now(f"restore point {point.isoformat(timespec='seconds')}: {settings.items} items written")
        timeline.now(items.damage())
        deadline = time.monotonic() + limits.restorable_after_seconds
        if not table.wait_until_restorable(clients, stage.table, point, deadline=deadline):
            timeline.now("the restore point is still out of reach")
            return
        requested = timeline.now(f"restoring to {stage.copy}")
        progress.restorable_seconds = requested - passed
        with table.restored(clients, stage, point, timeline=timeline, patience=limits.recovery_seconds):
            _judge(context, stage, items, timeline, progress, limits=limits, requested=requested)


def _judge(
    context: Context,
    stage: Stage,
    items: Items,
    timeline: Timeline,
    progress: _Progress,
    *,
    limits: RestoreLimits,
    requested: float,
) -> None:
    deadline = time.monotonic() + limits.recovery_seconds
    if not table.wait_until_active(context.clients, stage.copy, deadline=deadline):
        timeline.now(f"{stage.copy} still does not serve")
        return
    progress.recovery_seconds = timeline.now(f"{stage.copy} serves") - requested
    progress.items = items.fate_in(stage.copy)
    progress.differences = table.differences(context, stage)
    progress.set_again = table.to_be_set_again(context, stage)
    for difference in progress.differences:
        timeline.now(difference)
