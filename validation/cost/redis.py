"""What ElastiCache costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from validation.cost.assumptions import ONE, Assumptions
from validation.cost.inventory import Inventory, Resource
from validation.cost.model import HOURS, Line, NotIncluded
from validation.plan.values import UNKNOWN

VALKEY: Final = "valkey"
_COMMON: Final = ("engine", "node_type", "num_node_groups")
"""What the members of a global datastore have in common."""


def replication_group(resource: Resource, inventory: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """Node hours and snapshots of a replication group; one that follows another has the nodes of that."""
    leader = _leader(resource, inventory)
    if leader is not None:
        common = {name: leader.get(name) for name in _COMMON if resource.get(name) in (None, UNKNOWN)}
        resource = replace(resource, values={**resource.values, **common})
    node_type, count = str(resource.get("node_type")), nodes(resource)
    price = assumed.prices.node(node_type)
    if count is None:
        yield NotIncluded(address=resource.address, what="nodes", why="their number is not known before apply")
    elif price is None:
        why = f"no price of {node_type}: give one under cost.prices as elasticache.node.{node_type}"
        yield NotIncluded(address=resource.address, what=f"{count} nodes", why=why)
    else:
        is_valkey = resource.get("engine") == VALKEY
        what = f"{count} × {node_type} ({VALKEY if is_valkey else 'redis'})"
        factor = assumed.prices["elasticache.valkey_factor"].usd if is_valkey else ONE
        yield assumed.line(resource, what, count * HOURS, price.name, factor=factor)
    if resource.get("snapshot_retention_limit"):
        usage = assumed.replication_group((leader or resource).get("replication_group_id"))
        yield assumed.line(resource, "snapshots", usage.snapshot_gb, "elasticache.backup")
    yield NotIncluded(address=resource.address, what="data transfer between zones", why="no price is known")


def nodes(resource: Resource) -> Decimal | None:
    """Primaries and replicas together; None where their number is not known."""
    shards, replicas = resource.get("num_node_groups"), resource.get("replicas_per_node_group")
    if isinstance(shards, int) and isinstance(replicas, int):
        return Decimal(shards * (1 + replicas))
    clusters = resource.get("num_cache_clusters")
    return Decimal(clusters) if isinstance(clusters, int) else None


def is_burstable(node_type: str) -> bool:
    """Whether a node may use its processors only now and then."""
    return node_type.startswith("cache.t")


def _leader(resource: Resource, inventory: Inventory) -> Resource | None:
    """The primary of the global datastore that a secondary belongs to; None for every other replication group."""
    for datastore in inventory.of("aws_elasticache_global_replication_group"):
        if resource.belongs_to(datastore, by="global_replication_group_id"):
            for group in inventory.of(resource.type):
                if group != resource and datastore.belongs_to(group, by="primary_replication_group_id"):
                    return group
    return None
