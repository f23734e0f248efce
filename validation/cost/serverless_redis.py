"""What a serverless cache of ElastiCache costs: what it stores and does, and what it holds ready."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from validation.cost.assumptions import Assumptions, number
from validation.cost.inventory import Inventory, Resource
from validation.cost.model import HOURS, Line, NotIncluded
from validation.cost.redis import VALKEY

LEAST_GB: Final = {VALKEY: Decimal("0.1"), "redis": Decimal(1)}
"""Metered also where less is stored (ElastiCache pricing page, "Serverless")."""
_PRICES: Final = {
    "redis": ("elasticache.serverless.storage", "elasticache.serverless.processing"),
    "valkey": ("elasticache.serverless.storage.valkey", "elasticache.serverless.processing.valkey"),
}
"""Names of what a GB-hour and a million processing units cost."""
_SECONDS_OF_A_MONTH: Final = HOURS * 3600
_MILLION: Final = Decimal(1_000_000)


def serverless_cache(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """GB-hours, processing units and snapshots of a serverless cache."""
    usage, engine = assumed.cost.serverless_redis, str(resource.get("engine"))
    storage, processing = _PRICES["valkey" if engine == VALKEY else "redis"]
    stored = max(number(usage.storage_gb), LEAST_GB.get(engine, Decimal(1)), _least(resource, "data_storage"))
    held_ready = _least(resource, "ecpu_per_second") * _SECONDS_OF_A_MONTH / _MILLION
    done = max(number(usage.ecpu_millions), held_ready)
    yield assumed.line(resource, f"{stored.normalize():f} GB ({engine})", stored * HOURS, storage)
    yield assumed.line(resource, "processing", done, processing)
    if resource.get("snapshot_retention_limit"):
        yield assumed.line(resource, "snapshots", usage.snapshot_gb, "elasticache.backup")


def _least(resource: Resource, what: str) -> Decimal:
    """The minimum of a limit, which is paid for in any case."""
    least = resource.get(f"cache_usage_limits.{what}.minimum")
    return Decimal(least) if isinstance(least, int) else Decimal(0)
