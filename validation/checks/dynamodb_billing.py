"""How every DynamoDB table and each of its global indexes is billed, against the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from environments.schema import Autoscaled, OnDemand, Provisioned, RequestCaps, ScaledCapacity
from validation.checks import scaled
from validation.checks.dynamodb_settings import describe, tables
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TableDescriptionTypeDef

Billing: TypeAlias = OnDemand | Provisioned | Autoscaled


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
