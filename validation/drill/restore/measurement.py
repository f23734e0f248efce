"""What a restore drill measured, and what that means against the environment's limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from environments.schema import RestoreLimits
from validation.drill.measurement import Verdict, seconds_text, verdict
from validation.drill.restore.items import Fate
from validation.drill.timeline import Moment


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Every figure of a drill; None means that it was not seen."""

    restore_point: datetime
    restorable_seconds: float | None
    """From the restore point until the table could be restored to it: what is lost of the newest writes."""
    recovery_seconds: float | None
    """From the request until the restored table served."""
    items: Fate | None
    differences: tuple[str, ...] | None
    """What the restored table lacks though DynamoDB restores it."""
    set_again: tuple[str, ...]
    """What it lacks since DynamoDB does not restore it."""
    objects_lost: int | None
    """Of the two states of an object that were brought back."""
    object_seconds: float | None
    timeline: tuple[Moment, ...]
    interrupted: bool


def verdicts(measurement: Measurement, limits: RestoreLimits) -> tuple[Verdict, ...]:
    """Every figure that has a limit; what was never seen has failed."""
    return tuple(_verdicts(measurement, limits))


def figures(measurement: Measurement, *, at_the_sandbox: bool) -> dict[str, str]:
    """The figures that have no limit, in words."""
    items = measurement.items
    shown = {
        "restore point": measurement.restore_point.isoformat(timespec="seconds"),
        "items there at the restore point": "not seen" if items is None else str(items.expected),
        "object brought back after": seconds_text(measurement.object_seconds),
        "to be set again on a restored table": "; ".join(measurement.set_again) or "nothing",
    }
    if at_the_sandbox:
        shown["not proven on the sandbox"] = "how long AWS takes: no more than the drill's own items are restored here"
    return shown


def _verdicts(measurement: Measurement, limits: RestoreLimits) -> Iterator[Verdict]:
    yield verdict(
        "restore point usable after", measurement.restorable_seconds, limits.restorable_after_seconds, unit=" s"
    )
    yield verdict("restored table serves after", measurement.recovery_seconds, limits.recovery_seconds, unit=" s")
    # Where nothing was to come back, nothing was shown either.
    items = measurement.items if measurement.items and measurement.items.expected else None
    yield verdict("items missing from the restored table", items.missing if items else None, 0)
    yield verdict("items with another content", items.wrong if items else None, 0)
    yield verdict("items from after the restore point", items.from_later if items else None, 0)
    differences = measurement.differences
    yield verdict("settings that differ from the declaration", None if differences is None else len(differences), 0)
    yield verdict("states of an object that did not come back", measurement.objects_lost, 0)
