"""Windows are compared minute by minute, across midnight and across the week's end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.rules.windows import DAY, WEEK, WEEKDAYS, Window, daily, overlap, weekly


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def minutes(window: Window) -> set[int]:
    """Every minute of a week that the window covers."""
    starts = range(window.start, WEEK, window.period)
    return {(start + passed) % WEEK for start in starts for passed in range(window.length)}


MINUTES_OF_DAY = st.integers(0, DAY - 1)
DAILY = st.tuples(MINUTES_OF_DAY, MINUTES_OF_DAY).map(lambda pair: daily(f"{clock(pair[0])}-{clock(pair[1])}"))
MOMENTS = st.tuples(st.sampled_from(WEEKDAYS), MINUTES_OF_DAY).map(lambda pair: f"{pair[0]}:{clock(pair[1])}")
WEEKLY = st.tuples(MOMENTS, MOMENTS).map(lambda pair: weekly("-".join(pair)))


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("03:00-04:30", Window(180, 90, DAY)),
        ("23:30-00:30", Window(1410, 60, DAY)),
        ("00:00-00:00", Window(0, 0, DAY)),
    ],
)
def test_a_daily_window_may_pass_midnight(text: str, window: Window) -> None:
    assert daily(text) == window


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("mon:00:00-mon:01:00", Window(0, 60, WEEK)),
        ("sun:23:30-mon:00:30", Window(WEEK - 30, 60, WEEK)),
        ("tue:22:00-wed:02:00", Window(DAY + 1320, 240, WEEK)),
    ],
)
def test_a_weekly_window_may_pass_the_end_of_the_week(text: str, window: Window) -> None:
    assert weekly(text) == window


def test_windows_that_only_touch_do_not_overlap() -> None:
    assert not overlap(daily("04:00-05:00"), weekly("sun:05:00-sun:06:00"))
    assert overlap(daily("04:00-05:01"), weekly("sun:05:00-sun:06:00"))


@given(DAILY, WEEKLY)
def test_windows_overlap_exactly_where_they_share_a_minute(day: Window, week: Window) -> None:
    assert overlap(day, week) == bool(minutes(day) & minutes(week))
