"""What a serverless cache costs, with the arithmetic beside it."""

from __future__ import annotations

from typing import Any

import pytest

from environments.schema import CostSettings, ServerlessRedisUsage
from tests.validation.plan.builder import created, environment, plan
from validation.cost.comparison import compare
from validation.plan.model import read_plan

CACHE = "aws_elasticache_serverless_cache.cache"


def usd(usage: ServerlessRedisUsage, **values: Any) -> dict[str, str]:
    """By what it is for, USD a month to the cent, of a cache that a plan creates."""
    assumed = environment().model_copy(update={"cost": CostSettings(serverless_redis=usage)})
    estimate = compare(read_plan(plan(created(CACHE, values))), assumed).after
    return {line.what: f"{line.usd:.2f}" for line in estimate.lines}


def limits(*, least_gb: int | None = None, least_ecpu: int | None = None) -> list[dict[str, Any]]:
    stored = {"minimum": least_gb, "maximum": 100, "unit": "GB"}
    return [{"data_storage": [stored], "ecpu_per_second": [{"minimum": least_ecpu, "maximum": 20_000}]}]


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        # 4 × 730 × 0.125, 1,000 × 0.0034
        ("redis", {"4 GB (redis)": "365.00", "processing": "3.40"}),
        # 4 × 730 × 0.084, 1,000 × 0.0023
        ("valkey", {"4 GB (valkey)": "245.28", "processing": "2.30"}),
    ],
)
def test_what_is_stored_and_done(engine: str, expected: dict[str, str]) -> None:
    usage = ServerlessRedisUsage(storage_gb=4, ecpu_millions=1000)

    assert usd(usage, engine=engine, cache_usage_limits=limits(), snapshot_retention_limit=0) == expected


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("redis", {"1 GB (redis)": "91.25"}),  # 1 × 730 × 0.125
        ("valkey", {"0.1 GB (valkey)": "6.13"}),  # 0.1 × 730 × 0.084
    ],
)
def test_an_empty_cache_is_metered_too(engine: str, expected: dict[str, str]) -> None:
    usage = ServerlessRedisUsage(storage_gb=0, ecpu_millions=0)

    assert usd(usage, engine=engine) == {**expected, "processing": "0.00"}


def test_what_is_held_ready_is_paid_for_while_less_is_used() -> None:
    usage = ServerlessRedisUsage(storage_gb=4, ecpu_millions=1000)

    held_ready = usd(usage, engine="valkey", cache_usage_limits=limits(least_gb=10, least_ecpu=1000))

    assert held_ready == {
        "10 GB (valkey)": "613.20",  # 10 × 730 × 0.084
        "processing": "6.04",  # 1,000 × 730 × 3,600 / 1,000,000 = 2,628 × 0.0023
    }


def test_more_than_is_held_ready_is_paid_for_as_used() -> None:
    usage = ServerlessRedisUsage(storage_gb=20, ecpu_millions=5000)

    used = usd(usage, engine="valkey", cache_usage_limits=limits(least_gb=10, least_ecpu=1000))

    assert used == {
        "20 GB (valkey)": "1226.40",  # 20 × 730 × 0.084
        "processing": "11.50",  # 5,000 × 0.0023
    }


def test_snapshots_cost_where_they_are_taken() -> None:
    usage = ServerlessRedisUsage(snapshot_gb=10)

    assert usd(usage, engine="valkey", snapshot_retention_limit=7)["snapshots"] == "0.85"  # 10 × 0.085
