"""Vaults, the backup plan and restore testing, broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.validation.breaks.breaking import Break, as_if, changed, really
from validation.context import Context
from validation.live import backup, kms


def vault(context: Context) -> str:
    return context.environment.backup_vault


def unlock(context: Context) -> None:
    context.clients.backup.delete_backup_vault_lock_configuration(BackupVaultName=vault(context))


def lock(context: Context, **limits: int) -> None:
    settings: Any = context.environment.backup.lock
    expected = {"MinRetentionDays": settings.least_days, "MaxRetentionDays": settings.most_days}
    context.clients.backup.put_backup_vault_lock_configuration(BackupVaultName=vault(context), **expected | limits)


def remove_policy(context: Context) -> None:
    document = backup.vault_policy(context.clients, vault(context))
    assert document is not None
    POLICIES[vault(context)] = document
    context.clients.backup.delete_backup_vault_access_policy(BackupVaultName=vault(context))


def restore_policy(context: Context) -> None:
    name = vault(context)
    context.clients.backup.put_backup_vault_access_policy(BackupVaultName=name, Policy=POLICIES.pop(name))


def opt_in(context: Context, *, s3: bool = True) -> None:
    context.clients.backup.update_region_settings(ResourceTypeOptInPreference={"S3": s3})


def manage(context: Context, *, dynamodb: bool = True) -> None:
    context.clients.backup.update_region_settings(ResourceTypeManagementPreference={"DynamoDB": dynamodb})


def schedule_tests(context: Context, schedule: str | None) -> None:
    context.clients.backup.update_restore_testing_plan(
        RestoreTestingPlanName=context.environment.restore_testing_plan,
        RestoreTestingPlan={"ScheduleExpression": schedule or ""},
    )


def with_rule(**parts: Any) -> Any:
    """Alter the plan's only rule."""

    def alter(plan: Any) -> Any:
        (rule,) = plan["BackupPlan"]["Rules"]
        return {**plan, "BackupPlan": {**plan["BackupPlan"], "Rules": [{**rule, **parts}]}}

    return alter


def with_another_rule(plan: Any) -> Any:
    rules = [*plan["BackupPlan"]["Rules"], {"RuleName": "hourly"}]
    return {**plan, "BackupPlan": {**plan["BackupPlan"], "Rules": rules}}


def report(context: Context, template: str) -> None:
    context.clients.backup.update_report_plan(
        ReportPlanName=context.environment.report_plan("backup_jobs"), ReportSetting={"ReportTemplate": template}
    )


@contextmanager
def judging_less(context: Context) -> Iterator[Context]:
    """The framework without the control of how long recovery points are kept."""
    name = context.environment.backup_framework
    controls: Any = backup.framework(context.clients, name)["FrameworkControls"]
    kept = [each for each in controls if each["ControlName"] != "BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK"]
    change = context.clients.backup.update_framework
    change(FrameworkName=name, FrameworkControls=kept)
    try:
        yield context
    finally:
        change(FrameworkName=name, FrameworkControls=controls)


def copy_vault(context: Context) -> str:
    return backup.vault(context.disaster_recovery.clients, vault(context))["BackupVaultArn"]


POLICIES: dict[str, str] = {}
"""What policies were, while they are gone."""

DAILY = "cron(0 5 ? * * *)"
MONTHLY = "cron(0 9 ? * MON#1 *)"

BREAKS = (
    Break(
        check="backup.vault",
        how=as_if(backup.vault, changed(EncryptionKeyArn="alias/aws/backup")),
        what="key",
        expected=lambda context: kms.key(context.clients, f"alias/{vault(context)}")["Arn"],
        found="alias/aws/backup",
    ),
    Break(check="backup.lock", how=really(unlock, lock), what="mode", expected="governance", found="none"),
    Break(
        check="backup.lock",
        how=really(lambda context: lock(context, MinRetentionDays=1), lock),
        what="days kept at least",
        expected=7,
        found=1,
    ),
    Break(
        check="backup.policy",
        how=really(remove_policy, restore_policy),
        what="backup:DeleteRecoveryPoint",
        expected="denied",
        found="not denied",
    ),
    Break(
        check="backup.notifications",
        how=as_if(backup.vault_topic, lambda _: None),
        what="topic",
        expected="arn:aws:sns:us-east-1:000000000000:tierstore-local-alarms",
        found=None,
    ),
    Break(
        check="backup.rules",
        how=as_if(backup.plan, with_rule(Lifecycle={"DeleteAfterDays": 1})),
        what="lifecycle",
        expected={"deleted after": 7, "cold after": None},
        found={"deleted after": 1, "cold after": None},
    ),
    Break(
        check="backup.rules",
        how=as_if(backup.plan, with_rule(ScheduleExpression="cron(0 5 1 * ? *)")),
        what="schedule",
        expected=DAILY,
        found="cron(0 5 1 * ? *)",
    ),
    Break(
        check="backup.copies",
        how=as_if(backup.plan, with_rule(CopyActions=[])),
        what="copies by vault",
        expected=lambda context: {copy_vault(context): {"deleted after": 7, "cold after": None}},
        found={},
    ),
    Break(
        check="backup.no_other_rules",
        how=as_if(backup.plan, with_another_rule),
        what="rules",
        expected=["daily"],
        found=["daily", "hourly"],
    ),
    Break(
        check="backup.selection",
        how=as_if(backup.selections, lambda selections: [{**each, "Resources": []} for each in selections]),
        what="selected",
        expected=True,
        found=False,
    ),
    Break(
        check="backup.restore_testing",
        how=really(
            lambda context: schedule_tests(context, "cron(0 9 1 1 ? *)"),
            lambda context: schedule_tests(context, context.environment.backup.restore_testing),
        ),
        what="schedule",
        expected=MONTHLY,
        found="cron(0 9 1 1 ? *)",
    ),
    Break(
        check="backup.restore_testing",
        how=as_if(backup.restore_testing_selections, lambda _: []),
        what="tested",
        expected=True,
        found=False,
    ),
    Break(
        check="backup.reports",
        how=really(
            lambda context: report(context, "COPY_JOB_REPORT"), lambda context: report(context, "BACKUP_JOB_REPORT")
        ),
        what="template",
        expected="BACKUP_JOB_REPORT",
        found="COPY_JOB_REPORT",
    ),
    Break(
        check="backup.reports",
        how=as_if(backup.report_plan, changed(ReportDeliveryChannel={"S3BucketName": "somebody-elses"})),
        what="bucket",
        expected="tierstore-local-000000000000-logs",
        found="somebody-elses",
    ),
    Break(
        check="backup.framework",
        resource="BACKUP_RECOVERY_POINT_MINIMUM_RETENTION_CHECK",
        how=judging_less,
        what="limits",
        expected={"requiredRetentionDays": "7"},
        found=None,
    ),
    Break(
        check="backup.framework",
        how=as_if(backup.framework, changed(DeploymentStatus="FAILED")),
        what="deployment",
        expected="COMPLETED",
        found="FAILED",
    ),
    Break(
        check="backup.services",
        how=really(lambda context: opt_in(context, s3=False), opt_in),
        what="S3 opted in",
        expected=True,
        found=False,
    ),
    Break(
        check="backup.services",
        how=really(lambda context: manage(context, dynamodb=False), manage),
        what="DynamoDB managed by AWS Backup",
        expected=True,
        found=False,
    ),
)
