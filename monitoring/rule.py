"""A rule: when a metric of one kind of resource is an alarm, what that means, and what to do first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from environments.schema import AlarmThresholds


class Tier(StrEnum):
    """What a rule watches over; each has one composite alarm."""

    DYNAMODB = "dynamodb"
    S3 = "s3"
    REDIS = "redis"
    PLATFORM = "platform"
    """Keys, backups and what else all tiers stand on."""
    APPLICATION = "application"
    """The library, as its callers see it."""


class Severity(StrEnum):
    """How soon somebody has to look."""

    CRITICAL = "critical"
    """At once: users notice. Told by the composite alarm of the tier, once an incident."""
    WARNING = "warning"
    """In working hours, before users notice. Told by itself."""


class Missing(StrEnum):
    """What a period without any data point is taken for, as CloudWatch names it."""

    BREACHING = "breaching"
    NOT_BREACHING = "notBreaching"
    IGNORE = "ignore"
    """The alarm stays as it is."""
    MISSING = "missing"
    """The alarm knows too little, and says so."""


class Comparison(StrEnum):
    """How a value is compared with the threshold, as CloudWatch names it."""

    ABOVE = "GreaterThanThreshold"
    BELOW = "LessThanThreshold"
    ABOVE_BAND = "GreaterThanUpperThreshold"
    """Above what is usual at this hour; the threshold is the band's width in standard deviations."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """When the metrics of one resource are an alarm.

    With one metric and no expression the metric itself is compared. An expression of CloudWatch's metric math names
    the metrics m1, m2, … in their order; `{name}` in it stands for a number that is known of the resource.
    Raises `ValueError` for a threshold that no setting has, and for more breaching periods than are looked at.
    """

    id: str
    """Last part of an alarm's name; unique in its tier."""
    tier: Tier
    title: str
    each: str
    """What has an alarm of its own: table, index, bucket, node, …"""
    namespace: str
    metrics: tuple[str, ...]
    statistic: str
    expression: str | None = None
    comparison: Comparison = Comparison.ABOVE
    threshold: str
    """Field of the setting `alarms.thresholds`."""
    unit: str = ""
    """Of the threshold, for people."""
    period: int = 60
    """Seconds."""
    periods: int = 5
    """Looked at."""
    breaching: int = 3
    """Of these, how many make an alarm."""
    missing: Missing
    why_missing: str
    """Why a period without data is taken for that."""
    severity: Severity
    meaning: str
    first_action: str

    def __post_init__(self) -> None:
        if self.threshold not in AlarmThresholds.model_fields:
            raise ValueError(f"rule {self.id}: no threshold {self.threshold!r} in the setting alarms.thresholds")
        if not 1 <= self.breaching <= self.periods:
            raise ValueError(f"rule {self.id}: {self.breaching} of {self.periods} periods cannot be breaching")

    @property
    def has_band(self) -> bool:
        """Whether the metric is compared with what is usual, instead of with a number."""
        return self.comparison is Comparison.ABOVE_BAND

    @property
    def description(self) -> str:
        """What whoever is called reads first."""
        return f"{self.meaning} First: {self.first_action}"
