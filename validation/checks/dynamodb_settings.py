"""Every DynamoDB table against its declaration and its environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from environments.schema import Autoscaled, OnDemand, Provisioned, RequestCaps, ScaledCapacity
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Projection, ProjectionType, Table
from validation.checks import scaled
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


Billing: TypeAlias = OnDemand | Provisioned | Autoscaled


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


@check("dynamodb.keys", "Tables have the declared keys", severity=Severity.CRITICAL, each=tables)
def keys(context: Context, table: str) -> Iterator[Finding]:
    """Key names and attribute types; they cannot change without replacing the table."""
    declared = context.model.table(table)
    live = describe(context, table)
    yield compare("key", expected=_key(declared.partition_key, declared.sort_key), found=_live_key(live["KeySchema"]))
    yield compare(
        "attribute types",
        expected=dict.fromkeys(declared.key_attributes, "S"),
        found={each["AttributeName"]: each["AttributeType"] for each in live["AttributeDefinitions"]},
    )


@check("dynamodb.indexes", "Indexes are as declared and active", severity=Severity.CRITICAL, each=tables)
def indexes(context: Context, table: str) -> Iterator[Finding]:
    """Each index's keys, projection and status; an access pattern reads through the index that it was declared for."""
    declared = context.model.table(table)
    live = describe(context, table)
    global_indexes = {index.name: _global_index(index) for index in declared.global_indexes}
    local_indexes = {index.name: _local_index(index, declared) for index in declared.local_indexes}
    yield from _compare_by_name("global index", global_indexes, _live_indexes(live.get("GlobalSecondaryIndexes", [])))
    yield from _compare_by_name("local index", local_indexes, _live_indexes(live.get("LocalSecondaryIndexes", [])))


@check("dynamodb.billing", "Tables are billed as configured", severity=Severity.MEDIUM, each=tables)
def billing(context: Context, table: str) -> Iterator[Finding]:
    """Billing mode of the table; provisioned capacity or request caps of it and of each global index."""
    settings = context.environment.table(table).billing
    live = describe(context, table)
    yield compare("table", expected=_billing(settings, None), found=_live_billing(live, live, settings, None))
    for index in live.get("GlobalSecondaryIndexes", []):
        name = index["IndexName"]
        yield compare(
            f"index {name}",
            expected=_billing(settings, name),
            found=_live_billing(live, index, settings, name),
        )


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


def _compare_by_name(kind: str, expected: Mapping[str, Json], found: Mapping[str, Json]) -> Iterator[Finding]:
    """Compare the names as a whole, then what both sides have under each."""
    yield compare(f"{kind} names", expected=sorted(expected), found=sorted(found))
    for name in sorted(expected.keys() & found.keys()):
        yield compare(f"{kind} {name}", expected=expected[name], found=found[name])


def _key(partition_key: str, sort_key: str | None) -> dict[str, Json]:
    return {"HASH": partition_key} if sort_key is None else {"HASH": partition_key, "RANGE": sort_key}


def _live_key(schema: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    return {element["KeyType"]: element["AttributeName"] for element in schema}


def _global_index(index: GlobalIndex) -> dict[str, Json]:
    return {
        "key": _key(index.partition_key, index.sort_key),
        "projection": _projection(index.projection),
        "status": "ACTIVE",
    }


def _local_index(index: LocalIndex, table: Table) -> dict[str, Json]:
    return {"key": _key(table.partition_key, index.sort_key), "projection": _projection(index.projection)}


def _projection(projection: Projection) -> dict[str, Json]:
    if projection.type is ProjectionType.INCLUDE:
        return {"type": projection.type.value, "attributes": sorted(projection.attributes)}
    return {"type": projection.type.value}


def _live_indexes(indexes: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """By name; a local index has no status of its own."""
    return {
        index["IndexName"]: {
            "key": _live_key(index["KeySchema"]),
            "projection": _live_projection(index["Projection"]),
            **({"status": index["IndexStatus"]} if "IndexStatus" in index else {}),
        }
        for index in indexes
    }


def _live_projection(projection: Mapping[str, Any]) -> dict[str, Json]:
    if projection.get("NonKeyAttributes"):
        return {"type": projection["ProjectionType"], "attributes": sorted(projection["NonKeyAttributes"])}
    return {"type": projection["ProjectionType"]}


def _billing(settings: Billing, index: str | None) -> dict[str, Json]:
    match settings:
        case OnDemand():
            caps = settings.indexes.get(index, RequestCaps()) if index else settings
            return {"mode": "PAY_PER_REQUEST", **_caps(caps.max_read_units, caps.max_write_units)}
        case Provisioned():
            bought = settings.indexes.get(index, settings) if index else settings
            return {"mode": "PROVISIONED", "read": bought.read_capacity, "write": bought.write_capacity}
        case Autoscaled():
            follows = _scaled(settings, index)
            read, write = follows.read, follows.write
            return {
                "mode": "PROVISIONED",
                "read": scaled.expected(read.minimum, read),
                "write": scaled.expected(write.minimum, write),
            }


def _live_billing(
    table: TableDescriptionTypeDef, part: Mapping[str, Any], settings: Billing, index: str | None
) -> dict[str, Json]:
    # A table that was never on demand has no summary.
    mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    if mode != "PROVISIONED":
        caps = part.get("OnDemandThroughput", {})
        return {"mode": mode, **_caps(caps.get("MaxReadRequestUnits"), caps.get("MaxWriteRequestUnits"))}
    follows = _scaled(settings, index) if isinstance(settings, Autoscaled) else None
    throughput = part["ProvisionedThroughput"]
    return {
        "mode": mode,
        "read": scaled.found(throughput["ReadCapacityUnits"], follows.read if follows else None),
        "write": scaled.found(throughput["WriteCapacityUnits"], follows.write if follows else None),
    }


def _scaled(settings: Autoscaled, index: str | None) -> ScaledCapacity:
    return settings.indexes.get(index, settings) if index else settings


def _caps(read: int | None, write: int | None) -> dict[str, Json]:
    """The caps that there are; DynamoDB tells of none by -1, or not at all."""
    return {name: units for name, units in (("read cap", read), ("write cap", write)) if units not in (None, -1, 0)}


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
