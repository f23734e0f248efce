"""Figures of a drill against the environment's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from environments.schema import FailoverLimits
from validation.drill.load import Fate
from validation.drill.measurement import Measurement, figures, passed, verdicts

LIMITS = FailoverLimits(longest_gap_seconds=10, failed_operations=0, recovery_seconds=60)
GOOD = Measurement(
    shard="0001",
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    longest_gaps={"0001": 3.2, "0002": 0.1},
    failed_operations=0,
    retried_errors={"ConnectionError": 4},
    confirmed=Fate(acknowledged=100, lost=0),
    accepted=Fate(acknowledged=90, lost=7),
    new_primary_seconds=3.0,
    recovery_seconds=5.0,
    available_seconds=6.0,
    timeline=(),
    interrupted=False,
)


def test_a_drill_within_its_limits_passes_though_writes_without_wait_were_lost() -> None:
    assert passed(verdicts(GOOD, LIMITS))
    assert figures(GOOD)["writes without WAIT"] == "90, lost 7"


@pytest.mark.parametrize(
    ("change", "broken", "measured"),
    [
        ({"longest_gaps": {"0001": 10.5}}, "longest time without a successful write", "10.5 s"),
        ({"longest_gaps": {"0001": 1.0, "0002": 11.0}}, "longest time without a successful write", "11 s"),
        ({"failed_operations": 1}, "operations that retries could not save", "1"),
        ({"confirmed": Fate(acknowledged=9, lost=1)}, "writes confirmed by WAIT that were lost", "1"),
        ({"confirmed": Fate(acknowledged=0, lost=0)}, "writes confirmed by WAIT that were lost", "not seen"),
        ({"recovery_seconds": 61.0}, "replica back in sync after", "61 s"),
        ({"recovery_seconds": None}, "replica back in sync after", "not seen"),
    ],
)
def test_each_limit_can_be_broken(change: dict[str, Any], broken: str, measured: str) -> None:
    judged = verdicts(replace(GOOD, **change), LIMITS)

    assert not passed(judged)
    assert [(each.what, each.measured) for each in judged if each.status != "passed"] == [(broken, measured)]


def test_other_shards_are_told_apart() -> None:
    assert GOOD.other_shards_gap == 0.1
    assert replace(GOOD, longest_gaps={"0001": 3.2}).other_shards_gap is None
