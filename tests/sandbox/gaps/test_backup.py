from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration

POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
PLAN = {
    "RestoreTestingPlanName": "monthly",
    "ScheduleExpression": "cron(0 9 1 * ? *)",
    "RecoveryPointSelection": {
        "Algorithm": "LATEST_WITHIN_WINDOW",
        "IncludeVaults": ["*"],
        "RecoveryPointTypes": ["SNAPSHOT"],
    },
}


@pytest.fixture
def backup(sandbox: Sandbox) -> Any:
    """A client of AWS Backup."""
    return sandbox.client("backup")


@pytest.fixture
def vault(backup: Any) -> Iterator[str]:
    """A vault."""
    backup.create_backup_vault(BackupVaultName="gaps")
    yield "gaps"
    backup.delete_backup_vault(BackupVaultName="gaps")


def test_a_vault_has_the_policy_that_was_put(backup: Any, vault: str) -> None:
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.get_backup_vault_access_policy(BackupVaultName=vault)

    backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy=POLICY)

    assert backup.get_backup_vault_access_policy(BackupVaultName=vault)["Policy"] == POLICY


def test_a_vault_has_the_notifications_that_were_put(backup: Any, vault: str) -> None:
    topic = "arn:aws:sns:us-east-1:000000000000:backups"

    backup.put_backup_vault_notifications(
        BackupVaultName=vault, SNSTopicArn=topic, BackupVaultEvents=["BACKUP_JOB_FAILED"]
    )

    kept = backup.get_backup_vault_notifications(BackupVaultName=vault)
    assert (kept["SNSTopicArn"], kept["BackupVaultEvents"]) == (topic, ["BACKUP_JOB_FAILED"])


def test_what_belongs_to_a_vault_goes_with_it(backup: Any) -> None:
    for _ in range(2):
        backup.create_backup_vault(BackupVaultName="short-lived")
        with pytest.raises(backup.exceptions.ResourceNotFoundException):
            backup.get_backup_vault_access_policy(BackupVaultName="short-lived")
        backup.put_backup_vault_access_policy(BackupVaultName="short-lived", Policy=POLICY)
        backup.delete_backup_vault(BackupVaultName="short-lived")


def test_a_lock_without_a_date_can_be_removed(backup: Any, vault: str) -> None:
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7, MaxRetentionDays=35)

    locked = backup.describe_backup_vault(BackupVaultName=vault)
    backup.delete_backup_vault_lock_configuration(BackupVaultName=vault)

    assert (locked["Locked"], locked["MinRetentionDays"], locked["MaxRetentionDays"]) == (True, 7, 35)
    assert "LockDate" not in locked
    assert not backup.describe_backup_vault(BackupVaultName=vault)["Locked"]


def test_a_lock_with_a_grace_has_a_date(backup: Any, vault: str) -> None:
    backup.put_backup_vault_lock_configuration(BackupVaultName=vault, MinRetentionDays=7, ChangeableForDays=3)

    date = backup.describe_backup_vault(BackupVaultName=vault)["LockDate"]

    assert timedelta(days=2) < date - datetime.now(UTC) < timedelta(days=4)


@pytest.mark.parametrize(
    "lock", [{"ChangeableForDays": 2}, {"MinRetentionDays": 8, "MaxRetentionDays": 7}, {"MinRetentionDays": 0}]
)
def test_an_impossible_lock_is_refused(backup: Any, vault: str, lock: dict[str, int]) -> None:
    with pytest.raises(ClientError, match="No vault can be locked like that"):
        backup.put_backup_vault_lock_configuration(BackupVaultName=vault, **lock)


def test_a_restore_testing_plan_lives_and_dies(backup: Any) -> None:
    arn = backup.create_restore_testing_plan(RestoreTestingPlan=PLAN, Tags={"Name": "monthly"})["RestoreTestingPlanArn"]
    try:
        found = backup.get_restore_testing_plan(RestoreTestingPlanName="monthly")["RestoreTestingPlan"]

        assert {name: found[name] for name in PLAN} == PLAN
        assert backup.list_tags(ResourceArn=arn)["Tags"] == {"Name": "monthly"}
        assert [
            one["RestoreTestingPlanName"] for one in backup.list_restore_testing_plans()["RestoreTestingPlans"]
        ] == ["monthly"]
    finally:
        backup.delete_restore_testing_plan(RestoreTestingPlanName="monthly")
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.get_restore_testing_plan(RestoreTestingPlanName="monthly")


def test_a_restore_testing_selection_lives_and_dies(backup: Any) -> None:
    selection = {
        "RestoreTestingSelectionName": "tables",
        "ProtectedResourceType": "DynamoDB",
        "ProtectedResourceArns": ["arn:aws:dynamodb:us-east-1:000000000000:table/one"],
        "IamRoleArn": "arn:aws:iam::000000000000:role/restore",
    }
    names = {"RestoreTestingPlanName": "monthly", "RestoreTestingSelectionName": "tables"}
    backup.create_restore_testing_plan(RestoreTestingPlan=PLAN)
    try:
        backup.create_restore_testing_selection(RestoreTestingPlanName="monthly", RestoreTestingSelection=selection)
        found = backup.get_restore_testing_selection(**names)["RestoreTestingSelection"]
        backup.delete_restore_testing_selection(**names)

        assert {name: found[name] for name in selection} == selection
        assert not backup.list_restore_testing_selections(RestoreTestingPlanName="monthly")["RestoreTestingSelections"]
    finally:
        backup.delete_restore_testing_plan(RestoreTestingPlanName="monthly")


def test_a_service_that_is_opted_out_leaves_the_others_in(sandbox: Sandbox) -> None:
    backup = sandbox.client("backup", region="eu-west-3")
    before = backup.describe_region_settings()["ResourceTypeOptInPreference"]

    backup.update_region_settings(ResourceTypeOptInPreference={"S3": False})

    assert before == {"DynamoDB": True, "S3": True}
    assert backup.describe_region_settings()["ResourceTypeOptInPreference"] == {"DynamoDB": True, "S3": False}


def test_a_report_plan_lives_and_dies(backup: Any) -> None:
    delivery = {"S3BucketName": "logs", "S3KeyPrefix": "backup-reports", "Formats": ["CSV"]}
    arn = backup.create_report_plan(
        ReportPlanName="jobs",
        ReportDeliveryChannel=delivery,
        ReportSetting={"ReportTemplate": "BACKUP_JOB_REPORT"},
        ReportPlanTags={"Name": "jobs"},
    )["ReportPlanArn"]
    try:
        backup.update_report_plan(ReportPlanName="jobs", ReportSetting={"ReportTemplate": "COPY_JOB_REPORT"})
        backup.tag_resource(ResourceArn=arn, Tags={"Environment": "test"})
        backup.untag_resource(ResourceArn=arn, TagKeyList=["Name"])
        found = backup.describe_report_plan(ReportPlanName="jobs")["ReportPlan"]

        assert (found["ReportDeliveryChannel"], found["ReportSetting"]["ReportTemplate"]) == (
            delivery,
            "COPY_JOB_REPORT",
        )
        assert found["DeploymentStatus"] == "COMPLETED"
        assert backup.list_tags(ResourceArn=arn)["Tags"] == {"Environment": "test"}
        assert [each["ReportPlanName"] for each in backup.list_report_plans()["ReportPlans"]] == ["jobs"]
    finally:
        backup.delete_report_plan(ReportPlanName="jobs")
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.describe_report_plan(ReportPlanName="jobs")


def test_a_framework_lives_and_dies(backup: Any) -> None:
    controls = [{"ControlName": "BACKUP_RECOVERY_POINT_ENCRYPTED"}]
    backup.create_framework(FrameworkName="kept", FrameworkControls=controls)
    try:
        with pytest.raises(backup.exceptions.AlreadyExistsException):
            backup.create_framework(FrameworkName="kept", FrameworkControls=controls)
        found = backup.describe_framework(FrameworkName="kept")

        assert (found["FrameworkControls"], found["DeploymentStatus"]) == (controls, "COMPLETED")
        assert backup.list_report_plans()["ReportPlans"] == []
    finally:
        backup.delete_framework(FrameworkName="kept")
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.describe_framework(FrameworkName="kept")
