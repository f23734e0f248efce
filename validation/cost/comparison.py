"""What a plan changes about the monthly cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from environments.schema import Environment
from validation.cost import inventory
from validation.cost.advice import advise
from validation.cost.assumptions import Assumptions, assumptions
from validation.cost.estimate import estimate
from validation.cost.measured import Measured
from validation.cost.model import Advice, Estimate
from validation.plan.model import Plan


@dataclass(frozen=True, kw_only=True)
class CostComparison:
    """The cost before and after a plan."""

    before: Estimate
    after: Estimate
    advice: tuple[Advice, ...]
    assumed: Assumptions

    @property
    def difference(self) -> Decimal:
        """USD a month more (or less, where negative) after the plan."""
        return self.after.usd - self.before.usd

    def changed(self) -> Mapping[str, tuple[Decimal, Decimal]]:
        """By address, USD a month before and after, of the resources whose cost changes."""
        old, new = self.before.by_address(), self.after.by_address()
        zero = Decimal(0)
        pairs = {
            address: (old.get(address, zero), new.get(address, zero)) for address in sorted(old.keys() | new.keys())
        }
        return {address: pair for address, pair in pairs.items() if pair[0] != pair[1]}

    def remarks(self) -> tuple[str, ...]:
        """What to know before the figures are used."""
        prices, region = self.assumed.prices, self.assumed.environment.region
        used = sorted({line.price.quality for line in self.after.lines} & prices.qualities.keys())
        sources = "; ".join(f"{quality} {prices.qualities[quality]}" for quality in used)
        elsewhere = (
            f", while {self.assumed.environment.name} is in {region}: see cost.prices"
            if region != prices.region
            else ""
        )
        return (
            f"List prices of {prices.region} of {prices.as_of}{elsewhere}, before discounts and the free tier.",
            f"Quality of the prices: {sources}.",
            "Usage is assumed as the section `cost` of the environment's file says.",
        )


def compare(plan: Plan, environment: Environment, *, measured: Measured | None = None) -> CostComparison:
    """Estimate both sides of a plan, with advice from what was measured, if anything.

    Raises `CouldNotRun` where the environment overrides an unknown price.
    """
    assumed = assumptions(environment)
    new = inventory.after(plan)
    return CostComparison(
        before=estimate(inventory.before(plan), assumed),
        after=estimate(new, assumed),
        advice=advise(new, assumed, measured or Measured()),
        assumed=assumed,
    )
