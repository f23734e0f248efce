"""Prices with their dates and sources, from `prices.yaml` and the environment's own overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from environments.wording import unknown
from validation.errors import CouldNotRun

FILE: Final = Path(__file__).with_name("prices.yaml")

OVERRIDDEN: Final = "environment"
"""Quality of a price that the environment's file gives."""

NODE: Final = "elasticache.node."
"""Beginning of the names of node prices, which an environment may add to."""

_NODE_TYPE: Final = re.compile(re.escape(NODE) + r"cache\.[a-z0-9]+\.[a-z0-9]+")


@dataclass(frozen=True, kw_only=True)
class Price:
    """USD for one unit of something."""

    name: str
    usd: Decimal
    per: str
    quality: str
    """Key of `Prices.qualities`, or `OVERRIDDEN`."""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """A list of prices of one region."""

    as_of: str
    """Year and month in which the list was put together."""
    region: str
    qualities: Mapping[str, str]
    """Where the prices of each quality come from."""
    by_name: Mapping[str, Price]

    def __getitem__(self, name: str) -> Price:
        return self.by_name[name]

    def node(self, node_type: str) -> Price | None:
        """The price of a Redis node; None where the list has none."""
        return self.by_name.get(NODE + node_type)

    def with_overrides(self, overrides: Mapping[str, float]) -> Prices:
        """The list with an environment's own prices; raises `CouldNotRun` for a name that nothing asks for."""
        prices = dict(self.by_name)
        for name, usd in overrides.items():
            if name in prices:
                prices[name] = replace(prices[name], usd=Decimal(str(usd)), quality=OVERRIDDEN)
            elif _NODE_TYPE.fullmatch(name):
                prices[name] = Price(name=name, usd=Decimal(str(usd)), per="node-hour", quality=OVERRIDDEN)
            else:
                raise CouldNotRun(f"cost.prices.{name}: {unknown(name, prices)}")
        return replace(self, by_name=prices)


@cache
def list_prices() -> Prices:
    """The prices of `prices.yaml`."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Prices(
        as_of=document["as_of"],
        region=document["region"],
        qualities=document["qualities"],
        by_name={
            name: Price(name=name, usd=Decimal(str(entry["usd"])), per=entry["per"], quality=entry["quality"])
            for name, entry in document["prices"].items()
        },
    )
