"""What CloudWatch has measured of an environment's use, and what would cost less because of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from validation.cost import dynamodb, redis
from validation.cost.assumptions import ONE, Assumptions
from validation.cost.inventory import Resource
from validation.cost.model import HOURS, Advice
from validation.cost.nodes import NODE_MEMORY_GB
from validation.plan.values import blocks

DAYS: Final = 14
"""How long is looked back; what runs once a month is not seen."""

_MONTHS: Final = DAYS * 24 / HOURS
_MILLION: Final = Decimal(1_000_000)
_FULLEST: Final = Decimal("0.8")
"""Share of the memory that ElastiCache leaves to data, of a node that is advised."""
_BUSIEST: Final = 50
"""Percent of the engine's processor; above it, another node is no matter of memory alone."""
_STEADY: Final = 10
"""Percent of a processor that the smallest burstable nodes may use all the time (EC2 user guide)."""


@dataclass(frozen=True, kw_only=True)
class IndexUse:
    """Use of one global index during `DAYS`."""

    read_units: Decimal
    write_units: Decimal
    days_written: int
    """Days on which anything was written; an index that is younger, or idle, tells nothing."""


@dataclass(frozen=True, kw_only=True)
class NodeUse:
    """The highest use of any node of a replication group during `DAYS`, in percent."""

    memory: Decimal
    """Of what ElastiCache leaves to data."""
    engine_cpu: Decimal


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Use by table and index, and by replication group; nothing is known of what is not in it."""

    indexes: Mapping[tuple[str, str], IndexUse] = field(default_factory=dict)
    nodes: Mapping[str, NodeUse] = field(default_factory=dict)


def unused_indexes(table: Resource, measured: Measured, assumed: Assumptions) -> Iterator[Advice]:
    """Indexes that are written every day and were never read."""
    for index in blocks(table.values, "global_secondary_index"):
        use = measured.indexes.get((str(table.get("name")), str(index.get("name"))))
        if use is not None and use.days_written >= DAYS and not use.read_units:
            yield Advice(
                address=table.address,
                what=f"no index {index.get('name')}, which nobody has read in {DAYS} days,",
                usd=_cost_of_writes(table, index.get("write_capacity"), use, assumed),
                but="its access patterns have to go first, and what runs more seldom reads it all the same",
            )


def _cost_of_writes(table: Resource, capacity: object, use: IndexUse, assumed: Assumptions) -> Decimal:
    """USD a month for what is written to an index, or for the capacity to write; its storage is not known."""
    if dynamodb.is_on_demand(table) or not isinstance(capacity, int):
        return use.write_units / _MONTHS / _MILLION * assumed.prices["dynamodb.on_demand.write"].usd
    return capacity * HOURS * assumed.prices["dynamodb.provisioned.write"].usd


def fitting_nodes(group: Resource, measured: Measured, assumed: Assumptions) -> Iterator[Advice]:
    """Nodes that cost less and hold what was held at most."""
    use = measured.nodes.get(str(group.get("replication_group_id")))
    current, count = str(group.get("node_type")), redis.nodes(group)
    price = assumed.prices.node(current)
    if use is None or price is None or count is None or current not in NODE_MEMORY_GB or use.engine_cpu > _BUSIEST:
        return
    held = NODE_MEMORY_GB[current] * use.memory / 100
    fitting = {
        node_type: other.usd
        for node_type, memory in NODE_MEMORY_GB.items()
        if memory * _FULLEST >= held and (other := assumed.prices.node(node_type)) is not None
        if use.engine_cpu <= _STEADY or not redis.is_burstable(node_type)
    }
    best = min(fitting, key=lambda node_type: fitting[node_type], default=current)
    factor = assumed.prices["elasticache.valkey_factor"].usd if group.get("engine") == redis.VALKEY else ONE
    yield Advice(
        address=group.address,
        what=f"{best} instead of {current}, which was {use.memory:.0f} % full and {use.engine_cpu:.0f} % busy at most "
        f"in {DAYS} days",
        usd=count * HOURS * (price.usd - fitting.get(best, price.usd)) * factor,
        but="a smaller node has less bandwidth, and less room for the day that is busier than these",
    )
