"""What a plan changes about the cost, and what would cost less."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from environments.schema import BucketUsage, CostSettings, RedisUsage, TableUsage
from tests.validation.cost.test_estimate import BUCKET, GROUP, NODES, TABLE, using
from tests.validation.plan.builder import Json, created, destroyed, environment, moved, plan, unchanged, updated
from validation.cost.advice import break_even
from validation.cost.assumptions import assumptions
from validation.cost.comparison import CostComparison, compare
from validation.cost.document import cost_document, headline, money
from validation.plan.model import read_plan


def compared(*changes: Json, cost: CostSettings | None = None) -> CostComparison:
    return compare(read_plan(plan(*changes)), using(cost or CostSettings()))


def test_a_deployment_costs_what_it_adds_less_what_it_removes() -> None:
    comparison = compared(
        updated(GROUP, NODES, engine="valkey"),  # 6,570 × 0.219 × 0.2 less
        created("aws_kms_key.new", {}),  # 1 + 0.30 more
        destroyed("aws_cloudwatch_dashboard.old", {}),  # 3 less
        unchanged("aws_kms_key.same", {}),
    )

    assert f"{comparison.difference:.2f}" == "-289.47"  # −287.766 + 1.30 − 3.00
    assert {address: f"{new - old:.2f}" for address, (old, new) in comparison.changed().items()} == {
        "aws_cloudwatch_dashboard.old": "-3.00",
        GROUP: "-287.77",
        "aws_kms_key.new": "1.30",
    }


def test_what_only_moves_costs_the_same() -> None:
    assert compared(moved(unchanged(GROUP, NODES), from_="aws_elasticache_replication_group.old")).difference == 0


def test_an_old_object_is_not_counted_twice() -> None:
    old = destroyed("aws_kms_key.a", {}, deposed="0a1b")

    assert compared(unchanged("aws_kms_key.a", {}), old).difference == 0


def test_the_break_even_is_the_ratio_of_both_prices() -> None:
    # An hour of one write unit costs 0.00065; 3,600 writes on demand cost 0.00225.
    assert f"{break_even(assumptions(environment())):.4f}" == "0.2889"


def advice_on(table: dict[str, Any], usage: TableUsage) -> dict[str, str]:
    comparison = compared(
        created(TABLE, {"name": "tierstore-dev-core", **table}), cost=CostSettings(tables={"core": usage})
    )
    return {advice.what: f"{advice.usd:.2f}" for advice in comparison.advice}


def test_a_steady_load_is_cheaper_with_provisioned_capacity() -> None:
    # 2,628 million of each a month are 1,000 a second.
    usage = TableUsage(read_millions=2628, write_millions=2628, peak_to_average=1.25)

    advice = advice_on({"billing_mode": "PAY_PER_REQUEST"}, usage)

    # 2,628 × (0.125 + 0.625) = 1,971; 1,250 × 730 × (0.00013 + 0.00065) = 711.75
    assert advice == {"provisioned capacity, 1250 read and 1250 write units for the peak": "1259.25"}


def test_a_load_with_peaks_stays_on_demand() -> None:
    usage = TableUsage(read_millions=2628, write_millions=2628, peak_to_average=4)

    assert advice_on({"billing_mode": "PAY_PER_REQUEST"}, usage) == {}


def test_provisioned_capacity_that_nobody_uses_is_cheaper_on_demand() -> None:
    table = {"billing_mode": "PROVISIONED", "read_capacity": 400, "write_capacity": 200}

    advice = advice_on(table, TableUsage(read_millions=10, write_millions=2))

    # 730 × (400 × 0.00013 + 200 × 0.00065) = 132.86; 10 × 0.125 + 2 × 0.625 = 2.50
    assert advice == {"on-demand capacity": "130.36"}


def test_valkey_and_a_smaller_node_are_advised_with_what_speaks_against_them() -> None:
    cost = CostSettings(redis=RedisUsage(data_gb=3.0))

    advice = compared(created(GROUP, NODES), cost=cost).advice

    # 3 GB in 3 shards need 1.33 GB each: cache.t4g.small; 6,570 × (0.219 − 0.032), and 6,570 × 0.219 × 0.2
    assert [(a.what.partition(",")[0], f"{a.usd:.2f}") for a in advice] == [
        ("cache.t4g.small instead of cache.r7g.large", "1228.59"),
        ("Valkey instead of Redis", "287.77"),
    ]
    assert all(a.but for a in advice)


def test_no_node_is_advised_that_is_too_small() -> None:
    cost = CostSettings(redis=RedisUsage(data_gb=29.0))  # 12.9 GB a shard with the reserve

    assert [a.what for a in compared(created(GROUP, NODES), cost=cost).advice] == ["Valkey instead of Redis"]


def test_cold_objects_in_the_standard_class_are_worth_tiering() -> None:
    usage = BucketUsage(storage_gb=1000, cold_share=0.8, objects_thousands=400)
    cost = CostSettings(buckets={"uploads": usage})

    (advice,) = compared(created(BUCKET, {"bucket": "tierstore-dev-111111111111-uploads"}), cost=cost).advice

    assert (advice.what, f"{advice.usd:.2f}") == ("Intelligent-Tiering", "7.40")  # 800 × 0.0105 − 400 × 0.0025


def test_savings_below_a_dollar_are_no_advice() -> None:
    assert compared(created(BUCKET, {"bucket": "x"})).advice == ()


def test_another_region_is_told_of() -> None:
    elsewhere = environment().model_copy(update={"region": "eu-central-1"})

    remarks = compare(read_plan(plan(created("aws_kms_key.a", {}))), elsewhere).remarks()

    assert "us-east-1 of 2026-11, while dev is in eu-central-1" in remarks[0]


def test_the_document_names_source_quality_and_gaps() -> None:
    document = cost_document(compared(created(GROUP, NODES), created("aws_kms_key.a", {})))

    assert document["after"] == 1440.13
    assert document["by_tier"] == [
        {"tier": "redis", "before": 0.0, "after": 1438.83},
        {"tier": "encryption", "before": 0.0, "after": 1.3},
    ]
    assert document["lines"][0] == {
        "address": GROUP,
        "tier": "redis",
        "what": "9 × cache.r7g.large (redis)",
        "quantity": 6570.0,
        "price": 0.219,
        "per": "node-hour",
        "quality": "A",
        "usd": 1438.83,
    }
    assert document["not_included"] == [
        {"what": "data transfer between zones", "why": "no price is known", "addresses": [GROUP]}
    ]
    assert any("A read from AWS's price list API" in remark for remark in document["remarks"])


@pytest.mark.parametrize(
    ("amount", "text"), [(1234.5, "+$1,234.50"), (-3, "−$3.00"), (0, "$0.00"), (0.004, "$0.00"), (-0.004, "$0.00")]
)
def test_money_in_words(amount: float, text: str) -> None:
    assert money(amount, signed=True) == text


def test_the_headline_says_how_much_and_how_much_more() -> None:
    document = cost_document(compared(created("aws_kms_key.a", {})))

    assert headline(document) == "about $1.30 a month (+$1.30)"


def test_decimals_add_up_exactly() -> None:
    assert compared(*(created(f"aws_kms_key.k{n}", {}) for n in range(10))).after.usd == Decimal("13.0")
