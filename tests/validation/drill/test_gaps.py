"""The longest time without a success."""

from __future__ import annotations

import pytest

from validation.drill.gaps import Gap, GapMeter


def meter(*successes: float) -> GapMeter:
    made = GapMeter(0.0)
    for success in successes:
        made.success(success)
    return made


@pytest.mark.parametrize(
    ("successes", "now", "longest"),
    [
        ((1.0, 2.0, 5.0, 6.0), 6.0, Gap(start=2.0, end=5.0)),
        ((1.0, 2.0), 9.0, Gap(start=2.0, end=9.0)),
        ((), 4.0, Gap(start=0.0, end=4.0)),
        ((1.0, 5.0, 4.0, 6.0), 6.0, Gap(start=1.0, end=5.0)),
    ],
    ids=["closed", "still open", "no success at all", "out of order"],
)
def test_finds_the_longest(successes: tuple[float, ...], now: float, longest: Gap) -> None:
    assert meter(*successes).longest(now) == longest
