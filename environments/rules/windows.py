"""Daily and weekly windows in UTC, as ElastiCache writes them."""

from __future__ import annotations

from typing import NamedTuple

DAY = 24 * 60
WEEK = 7 * DAY
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(NamedTuple):
    """A repeated span of time: it starts at minute `start` of every `period` minutes and lasts `length` minutes."""

    start: int
    length: int
    period: int


def daily(text: str) -> Window:
    """The window `hh:mm-hh:mm`; it passes midnight where it ends before it starts, and is empty where both agree."""
    start, end = (_minute_of_day(part) for part in text.split("-"))
    return Window(start, (end - start) % DAY, DAY)


def weekly(text: str) -> Window:
    """The window `ddd:hh:mm-ddd:hh:mm`; it passes Sunday's midnight where it ends before it starts."""
    start, end = (_minute_of_week(part) for part in text.split("-"))
    return Window(start, (end - start) % WEEK, WEEK)


def overlap(day: Window, week: Window) -> bool:
    """Whether a daily and a weekly window have a minute in common; windows that only touch do not overlap."""
    # Two spans on a circle meet where either one starts inside the other.
    until_day_starts = (day.start - week.start) % DAY
    until_week_starts = (week.start - day.start) % DAY
    either_starts_inside = until_day_starts < week.length or until_week_starts < day.length
    return either_starts_inside and day.length > 0 and week.length > 0


def _minute_of_day(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _minute_of_week(text: str) -> int:
    weekday, time = text.split(":", maxsplit=1)
    return WEEKDAYS.index(weekday) * DAY + _minute_of_day(time)
