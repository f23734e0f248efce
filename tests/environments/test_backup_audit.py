"""What AWS Backup reports and judges follows from how an environment is backed up."""

from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from environments.backup_audit import controls, reports
from environments.schema import BackupSettings, GovernanceLock, NoLock


def backed_up(region: str | None = "eu-west-1", **backup: Any) -> Environment:
    """An environment with these settings of backups."""
    return Environment(
        name="test",
        description="An environment for tests",
        account="123456789012",
        region="eu-central-1",
        disaster_recovery_region=region,
        backup=BackupSettings(**backup),
    )


@pytest.mark.parametrize(
    ("environment", "jobs"),
    [
        (backed_up(), ("backup_jobs", "copy_jobs", "restore_jobs")),
        (backed_up(region=None), ("backup_jobs", "restore_jobs")),
        (backed_up(copies=False), ("backup_jobs", "restore_jobs")),
        (backed_up(reports=False), ()),
        (backed_up(retention="none"), ()),
    ],
)
def test_what_is_reported(environment: Environment, jobs: tuple[str, ...]) -> None:
    assert reports(environment) == jobs


def test_nothing_is_judged_unless_asked_for() -> None:
    assert controls(backed_up()) == ()
    assert controls(backed_up(framework=True, retention="none")) == ()


def test_the_limits_are_those_of_the_rules_and_the_lock() -> None:
    lock = GovernanceLock(least_days=7, most_days=400)

    judged = {each.name: dict(each.parameters) for each in controls(backed_up(framework=True, lock=lock))}

    assert judged == {
        "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_PLAN": {},
        "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK": {
            "requiredFrequencyUnit": "days",
            "requiredFrequencyValue": "1",
            "requiredRetentionDays": "35",
        },
        "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK": {"requiredRetentionDays": "35"},
        "BACKUP_RECOVERY_POINT_ENCRYPTED": {},
        "BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED": {},
        "BACKUP_RESOURCES_PROTECTED_BY_CROSS_REGION": {"crossRegionList": "eu-west-1"},
        "BACKUP_RESOURCES_PROTECTED_BY_BACKUP_VAULT_LOCK": {"minRetentionDays": "7", "maxRetentionDays": "400"},
    }


def test_what_is_not_configured_is_not_judged() -> None:
    judged = {each.name for each in controls(backed_up(region=None, framework=True, lock=NoLock(mode="none")))}

    assert not {name for name in judged if "CROSS_REGION" in name or "VAULT_LOCK" in name}
