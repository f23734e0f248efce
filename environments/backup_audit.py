"""What AWS Backup Audit Manager reports, and by which controls it judges what is configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from environments.schema import ComplianceLock, Environment, GovernanceLock

FOLDER: Final = "backup-reports"
"""Beginning of the keys of reports in the bucket for logs."""

REPORTS: Final = {
    "backup_jobs": "BACKUP_JOB_REPORT",
    "copy_jobs": "COPY_JOB_REPORT",
    "restore_jobs": "RESTORE_JOB_REPORT",
}
"""By what they list, the templates of AWS Backup's reports."""

TYPES: Final = ("DynamoDB", "S3")
"""What is judged, as AWS Backup names types of resources."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """One thing that AWS Backup judges every day, by the name of its control."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    of_resources: bool = False
    """Whether it judges the environment's tables and buckets, instead of every plan and recovery point."""


def reports(environment: Environment) -> tuple[str, ...]:
    """What is reported: jobs of backups and restores, and of copies where there are any."""
    settings = environment.backup
    if not settings.enabled or not settings.reports:
        return ()
    return tuple(name for name in REPORTS if name != "copy_jobs" or _copies(environment))


def controls(environment: Environment) -> tuple[Control, ...]:
    """What AWS Backup has to find true; none where it does not judge."""
    if not environment.backup.enabled or not environment.backup.framework:
        return ()
    return tuple(_controls(environment))


def _controls(environment: Environment) -> Iterator[Control]:
    least_days = str(min(rule.keep_days for rule in environment.backup.plan.values()))
    yield Control(name="BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN", of_resources=True)
    yield Control(
        name="BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
        parameters={
            "requiredFrequencyUnit": "days",
            "requiredFrequencyValue": "1",
            "requiredRetentionDays": least_days,
        },
    )
    yield Control(
        name="BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK", parameters={"requiredRetentionDays": least_days}
    )
    yield Control(name="BACKUP_RECOVERY_POINT_ENCRYPTED")
    yield Control(name="BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED")
    if _copies(environment):
        yield Control(
            name="BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION",
            parameters={"crossRegionList": environment.disaster_recovery_region or ""},
            of_resources=True,
        )
    match environment.backup.lock:
        case GovernanceLock() | ComplianceLock() as lock:
            limits = {"minRetentionDays": lock.least_days, "maxRetentionDays": lock.most_days}
            yield Control(
                name="BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK",
                parameters={name: str(days) for name, days in limits.items() if days is not None},
                of_resources=True,
            )
        case _:
            return


def _copies(environment: Environment) -> bool:
    return environment.disaster_recovery_region is not None and environment.backup.copies
