"""Rules of AWS Backup, and the vault that they watch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.schema import Environment
from monitoring.alarm import Alarm
from monitoring.rule import Missing, Rule, Severity, Tier

_SELDOM: Final = "jobs run once a day or less; in the other hours there is nothing to tell"


def _failed(id_: str, kind: str, *, title: str, meaning: str, first_action: str) -> Rule:
    return Rule(
        id=id_,
        tier=Tier.PLATFORM,
        title=title,
        each="vault",
        namespace="AWS/Backup",
        metrics=(f"NumberOf{kind}JobsFailed",),
        statistic="Sum",
        threshold="backup_failed_jobs",
        unit="jobs an hour",
        period=3600,
        periods=1,
        breaching=1,
        missing=Missing.NOT_BREACHING,
        why_missing=_SELDOM,
        severity=Severity.CRITICAL,
        meaning=meaning,
        first_action=first_action,
    )


BACKUPS: Final = _failed(
    "failed-backups",
    "Backup",
    title="A backup failed",
    meaning="The newest recovery point of a table or bucket is older than it should be.",
    first_action="read the job's message in AWS Backup's console; mostly its role lacks a permission of KMS or S3.",
)
COPIES: Final = _failed(
    "failed-copies",
    "Copy",
    title="A copy of a backup failed",
    meaning="The disaster-recovery region lacks the newest recovery point: the loss of this region would lose a day.",
    first_action="read the job's message; mostly the key or the vault there refuses. Then copy it by hand.",
)

RESTORES: Final = _failed(
    "failed-restores",
    "Restore",
    title="A restore failed",
    meaning="A recovery point could not be restored, by a test of it or by somebody who needs it now.",
    first_action="read the job's message; mostly its role lacks a permission, or the name is taken. "
    "Where the recovery point itself is at fault, restore an older one and look at failed-backups.",
)

RULES: Final = (BACKUPS, COPIES, RESTORES)


def alarms(environment: Environment) -> Iterator[Alarm]:
    """The alarms of the vault, if there is one."""
    if not environment.backup.enabled:
        return
    dimensions = {"BackupVaultName": environment.backup_vault}
    yield Alarm.of(environment, BACKUPS, resource="vault", dimensions=(dimensions,))
    if environment.disaster_recovery_region and environment.backup.copies:
        yield Alarm.of(environment, COPIES, resource="vault", dimensions=(dimensions,))
    yield Alarm.of(environment, RESTORES, resource="vault", dimensions=(dimensions,))
