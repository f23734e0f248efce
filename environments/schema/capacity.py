"""Settings of what is scaled with the load."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.schema.values import text
from environments.settings import Settings

Schedule = Annotated[
    str,
    text(
        r"^(at\(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\)|cron\([^()]+\)|rate\(\d+ (minutes?|hours?|days?)\))$",
        "cron(minute hour day month weekday year), at(2026-12-31T18:00:00) or rate(12 hours)",
    ),
]
TimeZone = Annotated[str, text(r"^[A-Za-z_]+(/[A-Za-z0-9_+-]+){0,2}$", "a time zone such as Europe/Berlin")]


class ScheduledRange(Settings):
    """A time at which the range changes; what is null stays as it is."""

    at: Schedule
    """When, as Application Auto Scaling writes it."""
    time_zone: TimeZone = "UTC"
    """Where the hours of a cron expression count."""
    minimum: Annotated[int, Field(ge=1)] | None = None
    """From then on."""
    maximum: Annotated[int, Field(ge=1)] | None = None
    """From then on."""


class Scaled(Settings):
    """A number that follows the load between two bounds."""

    minimum: Annotated[int, Field(ge=1)]
    """Also where it begins."""
    maximum: Annotated[int, Field(ge=1)]
    """Whatever the load."""
    target_utilization: Annotated[int, Field(ge=20, le=90)] = 70
    """Percent of it that is to be used."""
    schedule: tuple[ScheduledRange, ...] = ()
    """Times at which the bounds change. With a schedule, it decides, and `minimum` and `maximum` are the bounds only
    until its first time comes."""

    @property
    def lowest(self) -> int:
        """The least that it may be at any time."""
        return min([self.minimum, *(each.minimum for each in self.schedule if each.minimum is not None)])

    @property
    def highest(self) -> int:
        """The most that it may be at any time."""
        return max([self.maximum, *(each.maximum for each in self.schedule if each.maximum is not None)])
