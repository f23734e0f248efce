"""What DynamoDB tables cost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from validation.cost.assumptions import Assumptions
from validation.cost.inventory import Inventory, Resource
from validation.cost.model import HOURS, Line, NotIncluded
from validation.plan.values import blocks

ON_DEMAND: Final = "PAY_PER_REQUEST"
STANDARD: Final = "STANDARD"


def table(resource: Resource, inventory: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """Requests or capacity, storage, point-in-time recovery and stream of a table."""
    usage = assumed.table(resource.get("name"))
    if resource.get("table_class") not in (None, "", STANDARD):
        yield _not_included(resource, "requests and storage", f"no price of the class {resource.get('table_class')}")
        return
    if is_on_demand(resource):
        yield assumed.line(resource, "write requests", usage.write_millions, "dynamodb.on_demand.write")
        yield assumed.line(resource, "read requests", usage.read_millions, "dynamodb.on_demand.read")
    else:
        yield from _capacity(resource, inventory, assumed)
    yield assumed.line(resource, "storage", usage.storage_gb, "dynamodb.storage")
    if resource.get("point_in_time_recovery.enabled") is True:
        recovery = "dynamodb.point_in_time_recovery"
        yield assumed.line(resource, "point-in-time recovery", usage.storage_gb, recovery)
    if resource.get("stream_enabled") is True and usage.stream_read_millions:
        yield assumed.line(resource, "stream", usage.stream_read_millions, "dynamodb.stream.read")
    for replica in blocks(resource.values, "replica"):
        yield _not_included(resource, f"replica in {replica.get('region_name')}", "no prices of other regions")


def is_on_demand(resource: Resource) -> bool:
    """Whether the table is billed by request."""
    return bool(resource.get("billing_mode") == ON_DEMAND)


def capacity(resource: Resource) -> tuple[Decimal, Decimal] | None:
    """Provisioned read and write units of the table and its indexes together; None where they are not known."""
    places = [resource.values, *blocks(resource.values, "global_secondary_index")]
    reads = [units for place in places if isinstance(units := place.get("read_capacity"), int)]
    writes = [units for place in places if isinstance(units := place.get("write_capacity"), int)]
    if not len(reads) == len(writes) == len(places):
        return None
    return Decimal(sum(reads)), Decimal(sum(writes))


def _capacity(resource: Resource, inventory: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    units = capacity(resource)
    if units is None:
        yield _not_included(resource, "provisioned capacity", "the capacity is not known before apply")
        return
    read, write = units
    yield assumed.line(resource, f"{write} write units", write * HOURS, "dynamodb.provisioned.write")
    yield assumed.line(resource, f"{read} read units", read * HOURS, "dynamodb.provisioned.read")
    if any(target.get("service_namespace") == "dynamodb" for target in inventory.of("aws_appautoscaling_target")):
        yield _not_included(resource, "capacity that autoscaling adds", "it follows the load")


def _not_included(resource: Resource, what: str, why: str) -> NotIncluded:
    return NotIncluded(address=resource.address, what=what, why=why)
