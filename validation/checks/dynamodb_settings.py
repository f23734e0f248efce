"""Settings of every DynamoDB table, against its declaration and its environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from validation.checks.keys import key_arn
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import dynamodb

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        ContinuousBackupsDescriptionTypeDef,
        TableDescriptionTypeDef,
        TimeToLiveDescriptionTypeDef,
    )


def tables(context: Context) -> Sequence[str]:
    """The declared tables."""
    return [table.name for table in context.model.tables]


def describe(context: Context, table: str) -> TableDescriptionTypeDef:
    """The live table of a declared one; raises `Unmet` where it is missing."""
    return context.ask(dynamodb.table, context.environment.physical_name(table))


@check("dynamodb.active", "Tables exist and serve", severity=Severity.CRITICAL, each=tables)
def active(context: Context, table: str) -> Iterator[Finding]:
    """A table that is missing, or being changed or archived, serves nobody."""
    yield compare("status", expected="ACTIVE", found=describe(context, table)["TableStatus"])


@check("dynamodb.pitr", "Tables can be restored to any second", severity=Severity.CRITICAL, each=tables)
def point_in_time_recovery(context: Context, table: str) -> Iterator[Finding]:
    """Point-in-time recovery and how many days back it reaches; nothing else undoes a bad write."""
    days = context.environment.table(table).point_in_time_recovery_days
    live = context.ask(dynamodb.continuous_backups, context.environment.physical_name(table))
    yield compare("days that can be restored", expected=days, found=_live_recovery_days(live))


@check("dynamodb.encryption", "Tables are encrypted with our key", severity=Severity.HIGH, each=tables)
def encryption(context: Context, table: str) -> Iterator[Finding]:
    """Encrypted by KMS with the customer-managed key of the tier, not with one that AWS owns."""
    live = describe(context, table).get("SSEDescription", {})
    yield compare("encryption", expected="ENABLED", found=live.get("Status", "AWS-owned key"))
    yield compare("key", expected=key_arn(context, "dynamodb"), found=live.get("KMSMasterKeyArn"))


@check("dynamodb.ttl", "Expired items are deleted", severity=Severity.HIGH, each=tables)
def time_to_live(context: Context, table: str) -> Iterator[Finding]:
    """The attribute by which DynamoDB deletes expired items; without it sessions and leases pile up."""
    live = context.ask(dynamodb.time_to_live, context.environment.physical_name(table))
    yield compare("attribute", expected=context.model.table(table).time_to_live, found=_live_time_to_live(live))


@check("dynamodb.stream", "Streams carry what is declared", severity=Severity.MEDIUM, each=tables)
def stream(context: Context, table: str) -> Iterator[Finding]:
    """What the change records of the table's stream hold, or that it has none."""
    live = describe(context, table).get("StreamSpecification", {})
    yield compare(
        "stream",
        expected=context.model.table(table).stream,
        found=live.get("StreamViewType") if live.get("StreamEnabled") else None,
    )


@check("dynamodb.deletion_protection", "Tables are protected from deletion", severity=Severity.HIGH, each=tables)
def deletion_protection(context: Context, table: str) -> Iterator[Finding]:
    """Whether a delete is refused, as the environment says."""
    yield compare(
        "deletion protection",
        expected=context.environment.table(table).deletion_protection,
        found=describe(context, table).get("DeletionProtectionEnabled", False),
    )


@check("dynamodb.table_class", "Tables are stored in the configured class", severity=Severity.MEDIUM, each=tables)
def table_class(context: Context, table: str) -> Iterator[Finding]:
    """The class decides what storage and requests cost."""
    live = describe(context, table).get("TableClassSummary", {})
    yield compare(
        "class", expected=context.environment.table(table).table_class, found=live.get("TableClass", "STANDARD")
    )


@check("dynamodb.replicas", "Tables have the configured copy", severity=Severity.CRITICAL, each=tables)
def replicas(context: Context, table: str) -> Iterator[Finding]:
    """The copy in the disaster-recovery region and no other; its key, recovery and protection, where it lives."""
    environment = context.environment
    settings = environment.table(table).replica
    found = sorted(each["RegionName"] for each in describe(context, table).get("Replicas", []))
    regions = [environment.disaster_recovery_region] if settings else []
    others: list[Json] = [region for region in found if region != environment.region]
    yield compare("regions", expected=regions, found=others)
    if settings and environment.disaster_recovery_region in found:
        there = context.disaster_recovery
        copy = describe(there, table)
        recovery = there.ask(dynamodb.continuous_backups, environment.physical_name(table))
        yield compare("key", expected=key_arn(there, "dynamodb"), found=copy["SSEDescription"].get("KMSMasterKeyArn"))
        yield compare(
            "can be restored", expected=settings.point_in_time_recovery, found=_live_recovery_days(recovery) > 0
        )
        yield compare(
            "deletion protection",
            expected=settings.deletion_protection,
            found=copy.get("DeletionProtectionEnabled", False),
        )


@check("dynamodb.insights", "Busy keys are found", severity=Severity.MEDIUM, each=tables)
def contributor_insights(context: Context, table: str) -> Iterator[Finding]:
    """Contributor Insights of the table and of each global index, on or off as configured."""
    expected = "ENABLED" if context.environment.table(table).contributor_insights else "DISABLED"
    name = context.environment.physical_name(table)
    for index in (None, *(index.name for index in context.model.table(table).global_indexes)):
        yield compare(
            f"index {index}" if index else "table",
            expected=expected,
            found=context.ask(dynamodb.contributor_insights, name, index),
        )


@check("dynamodb.sharing", "Only the configured readers are let in by a table", severity=Severity.HIGH, each=tables)
def sharing(context: Context, table: str) -> Iterator[Finding]:
    """Principals in the resource policies of the table and of its stream; whoever is in there needs nothing else."""
    settings = context.environment.table(table)
    live = describe(context, table)
    yield compare("readers", expected=sorted(settings.readers), found=context.ask(dynamodb.readers, live["TableArn"]))
    if stream := live.get("LatestStreamArn"):
        found = context.ask(dynamodb.readers, stream)
        yield compare("readers of the stream", expected=sorted(settings.stream_readers), found=found)


@check("dynamodb.changes", "Changes arrive in Kinesis", severity=Severity.HIGH, each=tables)
def changes(context: Context, table: str) -> Iterator[Finding]:
    """The active Kinesis destination of the table's changes, or that there is none."""
    environment = context.environment
    name = environment.physical_name(f"{table}-changes")
    found = context.ask(dynamodb.active_destinations, environment.physical_name(table))
    yield compare(
        "streams",
        expected=[name] if environment.table(table).change_stream else [],
        found=[arn.rpartition("/")[2] for arn in found],
    )


def _live_recovery_days(backups: ContinuousBackupsDescriptionTypeDef) -> int:
    """0 where point-in-time recovery is off."""
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        return 0
    return recovery.get("RecoveryPeriodInDays", 0)


def _live_time_to_live(live: TimeToLiveDescriptionTypeDef) -> str | None:
    # DynamoDB takes up to an hour to finish enabling, and expires nothing before.
    enabled = live.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return live.get("AttributeName") if enabled else None
