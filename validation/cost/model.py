"""An estimate: lines with their arithmetic, and what is not in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from validation.cost.prices import Price
from validation.plan.tiers import Tier

HOURS: Final = Decimal(730)
"""Hours of a month, as AWS's own calculators count: 365 × 24 / 12."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something that one resource costs a month."""

    address: str
    tier: Tier
    what: str
    quantity: Decimal
    """How many units of the price a month."""
    price: Price
    factor: Decimal = Decimal(1)
    """Multiplies the price, as Valkey's does."""

    @property
    def usd(self) -> Decimal:
        """USD a month."""
        return self.quantity * self.price.usd * self.factor


@dataclass(frozen=True, kw_only=True)
class NotIncluded:
    """Something that costs money and is not estimated."""

    address: str
    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What all resources of an environment cost a month."""

    lines: tuple[Line, ...]
    not_included: tuple[NotIncluded, ...]

    @property
    def usd(self) -> Decimal:
        """USD a month."""
        return total(self.lines)

    def by_tier(self) -> Mapping[Tier, Decimal]:
        """USD a month of each tier that costs something."""
        return {tier: total(own) for tier in Tier if (own := [line for line in self.lines if line.tier is tier])}

    def by_address(self) -> Mapping[str, Decimal]:
        """USD a month of each resource that costs something."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.address] = sums.get(line.address, Decimal(0)) + line.usd
        return sums


@dataclass(frozen=True, kw_only=True)
class Advice:
    """A change of settings that would save money."""

    address: str
    what: str
    usd: Decimal
    """USD saved a month."""
    but: str = field(default="")
    """What speaks against it."""


def total(lines: Iterable[Line]) -> Decimal:
    """USD a month of all the lines."""
    return sum((line.usd for line in lines), Decimal(0))
