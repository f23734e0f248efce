"""What AWS Backup says of vaults, plans and restore testing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from validation.attempt import error_code
from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_backup.type_defs import (
        BackupSelectionOutputTypeDef,
        DescribeBackupVaultOutputTypeDef,
        DescribeFrameworkOutputTypeDef,
        DescribeRegionSettingsOutputTypeDef,
        GetBackupPlanOutputTypeDef,
        ReportPlanTypeDef,
        RestoreTestingPlanForGetTypeDef,
        RestoreTestingSelectionForGetTypeDef,
    )

T = TypeVar("T")


def vault(clients: Clients, name: str) -> DescribeBackupVaultOutputTypeDef:
    """The vault; raises `Unmet` where there is none of this name."""
    answer = _unless_missing(lambda: clients.backup.describe_backup_vault(BackupVaultName=name))
    return _required(answer, f"vault {name}")


def vault_policy(clients: Clients, name: str) -> str | None:
    """The vault's access policy; None where it has none."""
    answer = _unless_missing(lambda: clients.backup.get_backup_vault_access_policy(BackupVaultName=name))
    return None if answer is None else answer["Policy"]


def vault_topic(clients: Clients, name: str) -> str | None:
    """ARN of the topic through which the vault tells of its events; None where it tells nobody."""
    answer = _unless_missing(lambda: clients.backup.get_backup_vault_notifications(BackupVaultName=name))
    return None if answer is None else answer["SNSTopicArn"]


def plan(clients: Clients, name: str) -> GetBackupPlanOutputTypeDef:
    """The plan; raises `Unmet` where there is none of this name."""
    pages = clients.backup.get_paginator("list_backup_plans").paginate()
    ids = [each["BackupPlanId"] for page in pages for each in page["BackupPlansList"] if each["BackupPlanName"] == name]
    identifier = _required(next(iter(ids), None), f"backup plan {name}")
    return clients.backup.get_backup_plan(BackupPlanId=identifier)


def selections(clients: Clients, plan_id: str) -> list[BackupSelectionOutputTypeDef]:
    """What the plan backs up."""
    pages = clients.backup.get_paginator("list_backup_selections").paginate(BackupPlanId=plan_id)
    return [
        clients.backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=each["SelectionId"])["BackupSelection"]
        for page in pages
        for each in page["BackupSelectionsList"]
    ]


def restore_testing_plan(clients: Clients, name: str) -> RestoreTestingPlanForGetTypeDef:
    """The restore-testing plan; raises `Unmet` where there is none of this name."""
    answer = _unless_missing(lambda: clients.backup.get_restore_testing_plan(RestoreTestingPlanName=name))
    return _required(answer, f"restore-testing plan {name}")["RestoreTestingPlan"]


def restore_testing_selections(clients: Clients, plan: str) -> list[RestoreTestingSelectionForGetTypeDef]:
    """What the restore-testing plan restores."""
    pages = clients.backup.get_paginator("list_restore_testing_selections").paginate(RestoreTestingPlanName=plan)
    return [
        clients.backup.get_restore_testing_selection(
            RestoreTestingPlanName=plan, RestoreTestingSelectionName=each["RestoreTestingSelectionName"]
        )["RestoreTestingSelection"]
        for page in pages
        for each in page["RestoreTestingSelections"]
    ]


def report_plan(clients: Clients, name: str) -> ReportPlanTypeDef:
    """The report plan; raises `Unmet` where there is none of this name."""
    answer = _unless_missing(lambda: clients.backup.describe_report_plan(ReportPlanName=name))
    return _required(answer, f"report plan {name}")["ReportPlan"]


def framework(clients: Clients, name: str) -> DescribeFrameworkOutputTypeDef:
    """The framework of controls; raises `Unmet` where there is none of this name."""
    answer = _unless_missing(lambda: clients.backup.describe_framework(FrameworkName=name))
    return _required(answer, f"framework {name}")


def region_settings(clients: Clients) -> DescribeRegionSettingsOutputTypeDef:
    """Which services are backed up in the region; they belong to the account, not to an environment."""
    return clients.backup.describe_region_settings()


def _unless_missing(question: Callable[[], T]) -> T | None:
    try:
        return question()
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise


def _required(answer: T | None, what: str) -> T:
    if answer is None:
        raise Unmet(what, expected="exists", found="does not exist")
    return answer
