"""Vaults, the plan that fills them, and the tests of what it makes, against the environment and the declaration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from environments.backup_audit import FOLDER, REPORTS, controls, reports
from environments.backups import backed_up
from environments.declared import LOG_BUCKET
from environments.schema import BackupRule, ComplianceLock, GovernanceLock, NoLock
from monitoring.topic import topic_arn
from validation.checks.dynamodb_settings import describe
from validation.checks.keys import alias
from validation.checks.s3_settings import bucket_arn
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import backup, kms
from validation.resource_policy import Request, denies

DELETIONS: Final = ("backup:DeleteBackupVault", "backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle")
SERVICES: Final = ("DynamoDB", "S3")


def vaults(context: Context) -> Sequence[str]:
    """The regions that have a vault: the environment's own, and the one that copies go to."""
    if not context.environment.backup.enabled:
        return ()
    return (context.environment.region, *_copy_regions(context))


def plans(context: Context) -> Sequence[str]:
    """The backup plan, where anything is backed up."""
    return (context.environment.backup_vault,) if context.environment.backup.enabled else ()


def rules(context: Context) -> Sequence[str]:
    """The rules of the backup plan."""
    return tuple(context.environment.backup.plan)


def copied_rules(context: Context) -> Sequence[str]:
    """The rules whose recovery points are copied."""
    return rules(context) if _copy_regions(context) else ()


def resources(context: Context) -> Sequence[str]:
    """The declared tables and buckets that are backed up."""
    selected = backed_up(context.environment, context.model)
    return (*selected.tables, *selected.buckets)


def tested_resources(context: Context) -> Sequence[str]:
    """Those that AWS Backup restores now and then."""
    return resources(context) if context.environment.backup.restore_testing else ()


def reported_jobs(context: Context) -> Sequence[str]:
    """The kinds of jobs that are reported."""
    return reports(context.environment)


def judged_controls(context: Context) -> Sequence[str]:
    """The controls by which AWS Backup judges."""
    return tuple(control.name for control in controls(context.environment))


@check("backup.vault", "Vaults exist under our key", severity=Severity.CRITICAL, each=vaults)
def vault(context: Context, region: str) -> Iterator[Finding]:
    """Recovery points lie in a vault of each region, encrypted with the key of backups and no other."""
    there = in_region(context, region)
    key = there.ask(kms.key, alias(context.environment, "backup"))
    found = there.ask(backup.vault, context.environment.backup_vault)
    yield compare("key", expected=key["Arn"], found=found.get("EncryptionKeyArn"))


@check("backup.lock", "Vaults are locked as configured", severity=Severity.CRITICAL, each=vaults)
def lock(context: Context, region: str) -> Iterator[Finding]:
    """Whether a lock keeps recovery points from being deleted early, for how many days, and whether it is for ever."""
    found = in_region(context, region).ask(backup.vault, context.environment.backup_vault)
    settings = context.environment.backup.lock
    yield compare("mode", expected=settings.mode, found=_mode(found))
    match settings:
        case GovernanceLock() | ComplianceLock():
            yield compare("days kept at least", expected=settings.least_days, found=found.get("MinRetentionDays"))
            yield compare("days kept at most", expected=settings.most_days, found=found.get("MaxRetentionDays"))
        case NoLock():
            return


@check("backup.policy", "Vaults refuse deletion", severity=Severity.HIGH, each=vaults)
def policy(context: Context, region: str) -> Iterator[Finding]:
    """What the vault's policy does with somebody who may do everything and deletes a recovery point by mistake."""
    there = in_region(context, region)
    arn = there.ask(backup.vault, context.environment.backup_vault)["BackupVaultArn"]
    document = there.ask(backup.vault_policy, context.environment.backup_vault)
    for action in DELETIONS:
        refused = denies(document, Request(action=action, resource=arn))
        yield compare(action, expected="denied", found="denied" if refused else "not denied")


@check("backup.notifications", "Somebody hears of changed backups", severity=Severity.MEDIUM, each=plans)
def notifications(context: Context, name: str) -> Iterator[Finding]:
    """To which topic the vault tells that a recovery point was changed, or that objects were left out."""
    vault = context.ask(backup.vault, name)["BackupVaultName"]
    yield compare("topic", expected=topic_arn(context.environment), found=context.ask(backup.vault_topic, vault))


@check("backup.rules", "Recovery points are made and kept as configured", severity=Severity.CRITICAL, each=rules)
def plan_rules(context: Context, rule: str) -> Iterator[Finding]:
    """When recovery points are made, in which vault they lie, and how many days until cold storage and deletion."""
    settings = context.environment.backup.plan[rule]
    found = _live_rules(context).get(rule, {})
    yield compare("schedule", expected=settings.schedule, found=found.get("ScheduleExpression"))
    yield compare("vault", expected=context.environment.backup_vault, found=found.get("TargetBackupVaultName"))
    yield compare(
        "lifecycle",
        expected=_lifecycle(settings.keep_days, settings.cold_after_days),
        found=_live_lifecycle(found.get("Lifecycle", {})),
    )


@check("backup.copies", "Recovery points are copied to another region", severity=Severity.CRITICAL, each=copied_rules)
def copies(context: Context, rule: str) -> Iterator[Finding]:
    """To which vaults, and how many days the copies are kept: nothing else survives the loss of the region."""
    vault = context.disaster_recovery.ask(backup.vault, context.environment.backup_vault)
    settings: BackupRule = context.environment.backup.plan[rule]
    live = _live_rules(context).get(rule, {}).get("CopyActions", [])
    yield compare(
        "copies by vault",
        expected={vault["BackupVaultArn"]: _lifecycle(settings.copy_keep_days, settings.copy_cold_after_days)},
        found={each["DestinationBackupVaultArn"]: _live_lifecycle(each.get("Lifecycle", {})) for each in live},
    )


@check("backup.no_other_rules", "The plan has no rule of its own", severity=Severity.MEDIUM, each=plans)
def no_other_rules(context: Context, _: str) -> Iterator[Finding]:
    """A rule that nobody configured keeps, and costs, what nobody expects."""
    yield compare("rules", expected=sorted(rules(context)), found=sorted(_live_rules(context)))


@check("backup.selection", "Every table and bucket is backed up", severity=Severity.CRITICAL, each=resources)
def selection(context: Context, resource: str) -> Iterator[Finding]:
    """Whether a selection of the plan names it; what none names has no recovery points."""
    live = context.ask(backup.plan, context.environment.backup_vault)
    selected = [
        arn for each in context.ask(backup.selections, live["BackupPlanId"]) for arn in each.get("Resources", [])
    ]
    yield compare("selected", expected=True, found=_arn(context, resource) in selected)


@check(
    "backup.restore_testing", "Recovery points are restored to test them", severity=Severity.HIGH, each=tested_resources
)
def restore_testing(context: Context, resource: str) -> Iterator[Finding]:
    """When AWS Backup restores a recovery point, and whether one of this table or bucket is among them."""
    name = context.environment.restore_testing_plan
    plan = context.ask(backup.restore_testing_plan, name)
    tested = [
        arn
        for each in context.ask(backup.restore_testing_selections, name)
        for arn in each.get("ProtectedResourceArns", [])
    ]
    yield compare("schedule", expected=context.environment.backup.restore_testing, found=plan.get("ScheduleExpression"))
    yield compare("tested", expected=True, found=_arn(context, resource) in tested)


@check("backup.reports", "Jobs of AWS Backup are reported", severity=Severity.MEDIUM, each=reported_jobs)
def job_reports(context: Context, jobs: str) -> Iterator[Finding]:
    """What is listed every day, and whether the list lies where this environment keeps its logs."""
    found = context.ask(backup.report_plan, context.environment.report_plan(jobs))
    delivery = found.get("ReportDeliveryChannel", {"S3BucketName": ""})
    yield compare("template", expected=REPORTS[jobs], found=found.get("ReportSetting", {}).get("ReportTemplate"))
    yield compare("bucket", expected=context.environment.bucket_name(LOG_BUCKET), found=delivery["S3BucketName"])
    yield compare("folder", expected=FOLDER, found=delivery.get("S3KeyPrefix"))


@check("backup.framework", "AWS Backup judges what is configured", severity=Severity.MEDIUM, each=judged_controls)
def framework(context: Context, name: str) -> Iterator[Finding]:
    """Whether the control is in force with its limits; without AWS Config in the account none of them is."""
    found = context.ask(backup.framework, context.environment.backup_framework)
    expected = {control.name: dict(control.parameters) for control in controls(context.environment)}
    live = {
        control["ControlName"]: {
            each.get("ParameterName", ""): each.get("ParameterValue")
            for each in control.get("ControlInputParameters", [])
        }
        for control in found.get("FrameworkControls", [])
    }
    yield compare("deployment", expected="COMPLETED", found=found.get("DeploymentStatus"))
    yield compare("limits", expected=expected[name], found=live.get(name))


@check("backup.services", "AWS Backup may back our services up", severity=Severity.CRITICAL, each=vaults)
def services(context: Context, region: str) -> Iterator[Finding]:
    """Settings of the account in this region: services that are opted in, and full management of DynamoDB.

    Without the latter a recovery point of a table can neither be copied nor encrypted with the vault's key.
    """
    there = in_region(context, region)
    there.ask(backup.vault, context.environment.backup_vault)
    settings = there.ask(backup.region_settings)
    opted_in = settings.get("ResourceTypeOptInPreference", {})
    managed = settings.get("ResourceTypeManagementPreference", {})
    for service in SERVICES:
        yield compare(f"{service} opted in", expected=True, found=opted_in.get(service, False))
    yield compare("DynamoDB managed by AWS Backup", expected=True, found=managed.get("DynamoDB", False))


def _copy_regions(context: Context) -> Sequence[str]:
    region = context.environment.disaster_recovery_region
    settings = context.environment.backup
    return (region,) if region is not None and settings.enabled and settings.copies else ()


def in_region(context: Context, region: str) -> Context:
    """Asks in a region that has a vault."""
    return context if region == context.environment.region else context.disaster_recovery


def _arn(context: Context, resource: str) -> str:
    """ARN of a declared table or bucket."""
    if resource in [table.name for table in context.model.tables]:
        return describe(context, resource)["TableArn"]
    return bucket_arn(context.environment, resource)


def _mode(vault: Mapping[str, Any]) -> str:
    """A lock with a date becomes one for ever, or has become it."""
    if not vault.get("Locked"):
        return "none"
    return "compliance" if vault.get("LockDate") else "governance"


def _live_rules(context: Context) -> dict[str, Any]:
    """By name."""
    plan = context.ask(backup.plan, context.environment.backup_vault)["BackupPlan"]
    return {rule["RuleName"]: rule for rule in plan["Rules"]}


def _lifecycle(keep_days: int, cold_after_days: int | None) -> dict[str, Json]:
    return {"deleted after": keep_days, "cold after": cold_after_days}


def _live_lifecycle(lifecycle: Mapping[str, Any]) -> dict[str, Json]:
    return {
        "deleted after": lifecycle.get("DeleteAfterDays"),
        # The provider writes 0 for never.
        "cold after": lifecycle.get("MoveToColdStorageAfterDays") or None,
    }
