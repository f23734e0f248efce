"""The price list: complete, dated, and used."""

from __future__ import annotations

import re
from pathlib import Path

import validation.cost
from validation.cost.nodes import NODE_MEMORY_GB
from validation.cost.prices import NODE, list_prices

SOURCES = "\n".join(file.read_text() for file in Path(validation.cost.__file__).parent.glob("*.py"))


def test_every_price_has_a_quality_that_is_explained_and_the_list_a_month() -> None:
    prices = list_prices()

    assert {price.quality for price in prices.by_name.values()} == set(prices.qualities)
    assert re.fullmatch(r"\d{4}-\d{2}", prices.as_of)
    assert all(price.usd > 0 for price in prices.by_name.values())


def test_every_price_is_asked_for_by_some_estimator() -> None:
    names = [name for name in list_prices().by_name if not name.startswith((NODE, "cloudwatch.alarm."))]

    assert [name for name in names if f'"{name}"' not in SOURCES] == []


def test_every_node_with_a_price_has_its_memory() -> None:
    priced = {name.removeprefix(NODE) for name in list_prices().by_name if name.startswith(NODE)}

    assert priced == NODE_MEMORY_GB.keys()


def test_the_prices_of_before_november_2024_are_not_used() -> None:
    prices = list_prices()

    assert str(prices["dynamodb.on_demand.write"].usd) == "0.625"
    assert str(prices["dynamodb.on_demand.read"].usd) == "0.125"
