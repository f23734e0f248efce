"""What DynamoDB tables cost."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from environments.usage import TableUsage
from validation.cost.assumptions import Assumptions, number
from validation.cost.inventory import Inventory, Resource
from validation.cost.model import HOURS, Line, NotIncluded
from validation.plan.tiers import Tier
from validation.plan.values import blocks

ON_DEMAND = "PAY_PER_REQUEST"
STANDARD = "STANDARD"


def table(resource: Resource, inventory: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """Requests or capacity, storage, point-in-time recovery and stream of a table."""
    usage = assumed.table(resource.get("name"))
    if resource.get("table_class") not in (None, "", STANDARD):
        yield _not_included(resource, "requests and storage", f"no price of the class {resource.get('table_class')}")
        return
    if is_on_demand(resource):
        yield from _requests(resource, usage, assumed)
    else:
        yield from _capacity(resource, inventory, assumed)
    yield _line(resource, assumed, "storage", number(usage.storage_gb), "dynamodb.storage")
    if resource.get("point_in_time_recovery.enabled") is True:
        quantity = number(usage.storage_gb)
        yield _line(resource, assumed, "point-in-time recovery", quantity, "dynamodb.point_in_time_recovery")
    if resource.get("stream_enabled") is True and usage.stream_read_millions:
        quantity = number(usage.stream_read_millions)
        yield _line(resource, assumed, "stream", quantity, "dynamodb.stream.read")
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


def _requests(resource: Resource, usage: TableUsage, assumed: Assumptions) -> Iterator[Line]:
    yield _line(resource, assumed, "write requests", number(usage.write_millions), "dynamodb.on_demand.write")
    yield _line(resource, assumed, "read requests", number(usage.read_millions), "dynamodb.on_demand.read")


def _capacity(resource: Resource, inventory: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    units = capacity(resource)
    if units is None:
        yield _not_included(resource, "provisioned capacity", "the capacity is not known before apply")
        return
    read, write = units
    yield _line(resource, assumed, f"{write} write units", write * HOURS, "dynamodb.provisioned.write")
    yield _line(resource, assumed, f"{read} read units", read * HOURS, "dynamodb.provisioned.read")
    if any(target.get("service_namespace") == "dynamodb" for target in inventory.of("aws_appautoscaling_target")):
        yield _not_included(resource, "capacity that autoscaling adds", "it follows the load")


def _line(resource: Resource, assumed: Assumptions, what: str, quantity: Decimal, price: str) -> Line:
    return Line(address=resource.address, tier=Tier.DYNAMODB, what=what, quantity=quantity, price=assumed.prices[price])


def _not_included(resource: Resource, what: str, why: str) -> NotIncluded:
    return NotIncluded(address=resource.address, what=what, why=why)
