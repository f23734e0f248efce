from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from environments.schema import RestoreLimits
from validation.drill.measurement import passed
from validation.drill.restore.items import Fate
from validation.drill.restore.measurement import Measurement, figures, verdicts

LIMITS = RestoreLimits(restorable_after_seconds=10, recovery_seconds=60)
ALL_BACK = Fate(expected=60, missing=0, wrong=0, from_later=0)


def a_measurement(**changes: Any) -> Measurement:
    good: dict[str, Any] = {
        "restore_point": datetime(2026, 1, 2, tzinfo=UTC),
        "restorable_seconds": 10.0,
        "recovery_seconds": 60.0,
        "items": ALL_BACK,
        "differences": (),
        "set_again": ("stream: None, not NEW_AND_OLD_IMAGES",),
        "objects_lost": 0,
        "object_seconds": 0.1,
        "timeline": (),
        "interrupted": False,
    }
    return Measurement(**good | changes)


def test_everything_back_within_the_limits_passes() -> None:
    assert passed(verdicts(a_measurement(), LIMITS))


@pytest.mark.parametrize(
    "change",
    [
        {"restorable_seconds": 10.1},
        {"restorable_seconds": None},
        {"recovery_seconds": 60.1},
        {"recovery_seconds": None},
        {"items": None},
        {"items": Fate(expected=0, missing=0, wrong=0, from_later=0)},
        {"items": Fate(expected=60, missing=1, wrong=0, from_later=0)},
        {"items": Fate(expected=60, missing=0, wrong=1, from_later=0)},
        {"items": Fate(expected=60, missing=0, wrong=0, from_later=1)},
        {"differences": None},
        {"differences": ("key: None, not ours",)},
        {"objects_lost": 1},
        {"objects_lost": None},
    ],
    ids=str,
)
def test_anything_else_fails(change: dict[str, Any]) -> None:
    judged = verdicts(a_measurement(**change), LIMITS)

    assert not passed(judged)


def test_the_sandbox_says_what_it_does_not_prove() -> None:
    assert "not proven on the sandbox" in figures(a_measurement(), at_the_sandbox=True)
    assert "not proven on the sandbox" not in figures(a_measurement(), at_the_sandbox=False)
