"""Settings of AWS Backup: what is kept, for how long, where, and who may still delete it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from environments.schema.values import text
from environments.settings import Section, Settings

LEAST_COLD_DAYS: Final = 90
"""Days that AWS Backup keeps a recovery point in cold storage at least (API reference: Lifecycle)."""

Days = Annotated[int, Field(ge=1, le=36_500)]
Schedule = Annotated[
    str,
    text(r"^cron\(\S+( \S+){5}\)$", "a cron expression of six fields in UTC, such as cron(0 5 ? * SUN *)"),
]


class BackupRule(Settings):
    """When a recovery point of everything is made, and how long it is kept."""

    schedule: Schedule
    """When, in UTC; at most once an hour."""
    keep_days: Days
    """Days until the recovery point is deleted."""
    cold_after_days: Days | None = None
    """Days until it moves to cold storage, where it stays 90 days or more; null never moves it.

    DynamoDB only: AWS Backup keeps recovery points of S3 warm.
    """
    copy_days: Days | None = None
    """Days that its copy in the disaster recovery region is kept; null keeps it as long as the recovery point."""

    @property
    def copy_keep_days(self) -> int:
        """Days that the copy is kept."""
        return self.copy_days or self.keep_days

    @property
    def copy_cold_after_days(self) -> int | None:
        """Days until the copy moves to cold storage; None where it is not kept long enough for that."""
        cold = self.cold_after_days
        return cold if cold is not None and self.copy_keep_days >= cold + LEAST_COLD_DAYS else None


# An hour apart, since the first of a month may be a Sunday.
DAILY: Final = "cron(0 5 ? * * *)"
WEEKLY: Final = "cron(0 6 ? * SUN *)"
MONTHLY: Final = "cron(0 7 1 * ? *)"

PRESETS: Final[dict[str, dict[str, BackupRule]]] = {
    "short": {"daily": BackupRule(schedule=DAILY, keep_days=7)},
    "standard": {
        "daily": BackupRule(schedule=DAILY, keep_days=35),
        "weekly": BackupRule(schedule=WEEKLY, keep_days=90),
        "monthly": BackupRule(schedule=MONTHLY, keep_days=365, cold_after_days=30),
    },
    "long": {
        "daily": BackupRule(schedule=DAILY, keep_days=35),
        "weekly": BackupRule(schedule=WEEKLY, keep_days=182),
        "monthly": BackupRule(schedule=MONTHLY, keep_days=2557, cold_after_days=30),
    },
}
"""The rules of each retention by name."""


class NoLock(Settings):
    """Whoever has the permission may delete recovery points."""

    mode: Literal["none"]


class GovernanceLock(Settings):
    """A lock that only somebody with the permission to remove it gets past."""

    model_config = ConfigDict(json_schema_extra={"required": ["mode"]})

    mode: Literal["governance"] = "governance"
    least_days: Days = 7
    """Days that every recovery point is kept at least."""
    most_days: Days | None = None
    """Days that a recovery point may be kept at most; null sets no limit."""


class ComplianceLock(Settings):
    """A lock that nobody gets past once its grace is over, neither the account's root user nor AWS."""

    mode: Literal["compliance"]
    changeable_for_days: Annotated[int, Field(ge=3, le=36_500)]
    """Days after the deployment in which the lock can still be changed or removed; after them it is for ever."""
    least_days: Days = 7
    """Days that every recovery point is kept at least."""
    most_days: Days | None = None
    """Days that a recovery point may be kept at most; null sets no limit."""


class BackupSettings(Section):
    """Recovery points of the tables and buckets, kept by AWS Backup."""

    retention: Literal["none", "short", "standard", "long"] = "standard"
    """Rules to begin with: short keeps a week, standard a year, long seven years; none backs nothing up."""
    rules: dict[str, BackupRule] = Field(default_factory=dict)
    """Further rules by name; one with the name of a retention's own (daily, weekly, monthly) takes its place."""
    exclude: tuple[str, ...] = ()
    """Declared tables and buckets that are not backed up."""
    copies: bool = True
    """Copy every recovery point to the disaster recovery region, where there is one."""
    lock: Annotated[NoLock | GovernanceLock | ComplianceLock, Field(discriminator="mode")] = GovernanceLock()
    """Who may delete a recovery point before its time."""
    restore_testing: Schedule | None = "cron(0 9 ? * MON#1 *)"
    """When AWS Backup restores a recovery point of each table and bucket to see that it can; null never does."""
    reports: bool = True
    """Deliver daily lists of the account's backup, copy and restore jobs to the bucket for logs."""
    framework: bool = False
    """Have AWS Backup judge every day what is configured; needs AWS Config, and each judgement is paid for."""
    force_destroy: bool = False
    """Let destroy delete the recovery points too."""

    @property
    def plan(self) -> dict[str, BackupRule]:
        """Every rule by name: those of `retention`, then `rules`; none where nothing is backed up."""
        return {} if self.retention == "none" else PRESETS[self.retention] | self.rules

    @property
    def enabled(self) -> bool:
        """Whether anything is backed up."""
        return bool(self.plan)
