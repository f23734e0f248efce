"""Every DynamoDB table against its declaration and its environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from environments.schema import Autoscaled, OnDemand, Provisioned, RequestCaps, Scaled, ScaledCapacity
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Projection, ProjectionType, Table
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
            scaled = _scaled(settings, index)
            return {"mode": "PROVISIONED", "read": _range(scaled.read), "write": _range(scaled.write)}


def _live_billing(
    table: TableDescriptionTypeDef, part: Mapping[str, Any], settings: Billing, index: str | None
) -> dict[str, Json]:
    # A table that was never on demand has no summary.
    mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    if mode != "PROVISIONED":
        caps = part.get("OnDemandThroughput", {})
        return {"mode": mode, **_caps(caps.get("MaxReadRequestUnits"), caps.get("MaxWriteRequestUnits"))}
    throughput = part["ProvisionedThroughput"]
    read, write = throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]
    if isinstance(settings, Autoscaled):
        scaled = _scaled(settings, index)
        return {"mode": mode, "read": _place(read, scaled.read), "write": _place(write, scaled.write)}
    return {"mode": mode, "read": read, "write": write}


def _scaled(settings: Autoscaled, index: str | None) -> ScaledCapacity:
    return settings.indexes.get(index, settings) if index else settings


def _range(scaled: Scaled) -> str:
    return f"{scaled.lowest} to {scaled.highest}"


def _place(units: int, scaled: Scaled) -> Json:
    """The range where the units lie in it."""
    return _range(scaled) if scaled.lowest <= units <= scaled.highest else units


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
