"""What would cost less: each piece of advice with the money it saves and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from validation.cost import dynamodb, redis, s3
from validation.cost.assumptions import Assumptions, number
from validation.cost.inventory import Inventory, Resource
from validation.cost.measured import Measured, fitting_nodes, unused_indexes
from validation.cost.model import HOURS, Advice
from validation.cost.nodes import NODE_MEMORY_GB

SECONDS: Final = HOURS * 3600
"""Seconds of a month."""

_UNITS_A_MILLION: Final = Decimal(1_000_000)

LEAST_SAVING: Final = Decimal(1)
"""USD a month; less is not worth a change."""

USABLE_MEMORY: Final = Decimal("0.75")
"""ElastiCache keeps a quarter of a node's memory for snapshots and replication (reserved-memory-percent)."""


def advise(inventory: Inventory, assumed: Assumptions, measured: Measured) -> tuple[Advice, ...]:
    """What would save money, the most first; an index that nobody reads is told whatever it costs."""
    found = [
        *(advice for table in inventory.of("aws_dynamodb_table") for advice in _billing(table, assumed)),
        *(advice for bucket in inventory.of("aws_s3_bucket") for advice in _tiering(bucket, inventory, assumed)),
        *(
            advice
            for group in inventory.of("aws_elasticache_replication_group")
            for advice in (*_engine(group, assumed), *_nodes(group, assumed, measured))
        ),
    ]
    unread = [
        advice for table in inventory.of("aws_dynamodb_table") for advice in unused_indexes(table, measured, assumed)
    ]
    worth_it = [*unread, *(advice for advice in found if advice.usd >= LEAST_SAVING)]
    return tuple(sorted(worth_it, key=lambda advice: (-advice.usd, advice.address)))


def break_even(assumed: Assumptions) -> Decimal:
    """The mean use of provisioned write capacity above which it costs less than requests on demand; 0 to 1.

    Reads have almost the same: both prices have the ratio of 28.9 %.
    """
    prices = assumed.prices
    full_hour_on_demand = prices["dynamodb.on_demand.write"].usd * 3600 / _UNITS_A_MILLION
    return prices["dynamodb.provisioned.write"].usd / full_hour_on_demand


def _billing(table: Resource, assumed: Assumptions) -> Iterator[Advice]:
    usage, prices = assumed.table(table.get("name")), assumed.prices
    reads, writes = number(usage.read_millions), number(usage.write_millions)
    on_demand = reads * prices["dynamodb.on_demand.read"].usd + writes * prices["dynamodb.on_demand.write"].usd
    if dynamodb.is_on_demand(table):
        # Provisioned capacity has to hold the peak, and no less than one unit.
        peak = number(usage.peak_to_average) * _UNITS_A_MILLION / SECONDS
        needed = max(Decimal(1), reads * peak), max(Decimal(1), writes * peak)
        yield Advice(
            address=table.address,
            what=f"provisioned capacity, {needed[0]:.0f} read and {needed[1]:.0f} write units for the peak",
            usd=on_demand - _provisioned(needed, assumed),
            but=f"it pays only while {break_even(assumed):.0%} of it is used on average, and throttles above it",
        )
    elif (units := dynamodb.capacity(table)) is not None:
        yield Advice(
            address=table.address,
            what="on-demand capacity",
            usd=_provisioned(units, assumed) - on_demand,
            but=f"above {break_even(assumed):.0%} of mean use, provisioned capacity costs less",
        )


def _provisioned(units: tuple[Decimal, Decimal], assumed: Assumptions) -> Decimal:
    read, write = units
    prices = assumed.prices
    hourly = read * prices["dynamodb.provisioned.read"].usd + write * prices["dynamodb.provisioned.write"].usd
    return hourly * HOURS


def _tiering(bucket: Resource, inventory: Inventory, assumed: Assumptions) -> Iterator[Advice]:
    if s3.storage_classes(bucket, inventory):
        return
    usage, prices = assumed.bucket(bucket.get("bucket")), assumed.prices
    cold = number(usage.storage_gb) * number(usage.cold_share)
    cheaper = prices["s3.standard"].usd - prices["s3.intelligent_tiering.infrequent"].usd
    monitoring = number(usage.objects_thousands) * prices["s3.intelligent_tiering.monitoring"].usd
    yield Advice(
        address=bucket.address,
        what="Intelligent-Tiering",
        usd=cold * cheaper - monitoring,
        but="objects that are read again soon move back and forth",
    )


def _engine(group: Resource, assumed: Assumptions) -> Iterator[Advice]:
    price, count = assumed.prices.node(str(group.get("node_type"))), redis.nodes(group)
    if price is None or count is None or group.get("engine") == redis.VALKEY:
        return
    saved = 1 - assumed.prices["elasticache.valkey_factor"].usd
    yield Advice(
        address=group.address,
        what="Valkey instead of Redis",
        usd=count * HOURS * price.usd * saved,
        but="ElastiCache upgrades in place, and there is no way back",
    )


def _nodes(group: Resource, assumed: Assumptions, measured: Measured) -> Iterator[Advice]:
    """What was measured counts for more than what is assumed."""
    if str(group.get("replication_group_id")) in measured.nodes:
        yield from fitting_nodes(group, measured, assumed)
    else:
        yield from _node_size(group, assumed)


def _node_size(group: Resource, assumed: Assumptions) -> Iterator[Advice]:
    data = assumed.replication_group(group.get("replication_group_id")).data_gb
    shards, count = group.get("num_node_groups"), redis.nodes(group)
    current = assumed.prices.node(str(group.get("node_type")))
    if data is None or current is None or count is None or not isinstance(shards, int) or shards < 1:
        return
    needed = number(data) / shards / USABLE_MEMORY
    fitting = {
        node_type: price
        for node_type, memory in NODE_MEMORY_GB.items()
        if memory >= needed and (price := assumed.prices.node(node_type)) is not None
    }
    if not fitting:
        return
    best = min(fitting, key=lambda node_type: fitting[node_type].usd)
    factor = assumed.prices["elasticache.valkey_factor"].usd if group.get("engine") == redis.VALKEY else Decimal(1)
    yield Advice(
        address=group.address,
        what=f"{best} instead of {group.get('node_type')}, for {needed:.1f} GB a shard with what ElastiCache reserves",
        usd=count * HOURS * (current.usd - fitting[best].usd) * factor,
        but="fewer processors and less bandwidth: look at EngineCPUUtilization first",
    )
