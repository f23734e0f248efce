"""What a number that follows the load has to be like."""

from __future__ import annotations

from collections.abc import Iterator

from environments.problems import FieldPath, Finding
from environments.schema import Scaled
from environments.wording import given

FEWEST_TIMES = 2
"""A range that a schedule enters, it also has to leave."""


def findings(path: FieldPath, scaled: Scaled, *, least: int = 1, most: int | None = None) -> Iterator[Finding]:
    """Bounds that leave nothing between them or reach beyond `least` and `most`, and schedules without a way back."""
    if scaled.minimum > scaled.maximum:
        message = f"{given(scaled.minimum)}, allowed maximum ({scaled.maximum}) or less"
        yield Finding(path=(*path, "minimum"), message=message)
    if scaled.lowest < least:
        yield Finding(path=(*path, "minimum"), message=f"{given(scaled.lowest)}, allowed {least} or more")
    if most is not None and scaled.highest > most:
        yield Finding(path=(*path, "maximum"), message=f"{given(scaled.highest)}, allowed {most} or less")
    if 0 < len(scaled.schedule) < FEWEST_TIMES:
        message = "given one time, allowed two or more: say also when the range is as before again"
        yield Finding(path=(*path, "schedule"), message=message)
    for position, each in enumerate(scaled.schedule):
        where = (*path, "schedule", position)
        if each.minimum is None and each.maximum is None:
            yield Finding(path=where, message="changes nothing: give a minimum, a maximum or both")
        elif each.minimum is not None and each.maximum is not None and each.minimum > each.maximum:
            message = f"{given(each.minimum)}, allowed maximum ({each.maximum}) or less"
            yield Finding(path=(*where, "minimum"), message=message)
