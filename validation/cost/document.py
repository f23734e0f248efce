"""The estimate as JSON, from which every other form is rendered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from validation.cost.comparison import CostComparison
from validation.cost.model import Estimate, Line
from validation.plan.tiers import Tier

Document = dict[str, Any]

_CENT_OF_A_CENT = Decimal("0.0001")


def cost_document(cost: CostComparison) -> Document:
    """USD a month before and after a plan, by tier, resource and line, with what is not in it."""
    return {
        "currency": "USD",
        "before": _rounded(cost.before.usd),
        "after": _rounded(cost.after.usd),
        "difference": _rounded(cost.difference),
        "by_tier": _by_tier(cost),
        "changed": [
            {"address": address, "before": _rounded(old), "after": _rounded(new)}
            for address, (old, new) in cost.changed().items()
        ],
        "lines": [_line(line) for line in cost.after.lines],
        "not_included": _not_included(cost.after),
        "advice": [
            {"address": advice.address, "what": advice.what, "saves": _rounded(advice.usd), "but": advice.but}
            for advice in cost.advice
        ],
        "remarks": list(cost.remarks()),
    }


def money(usd: float, *, signed: bool = False) -> str:
    """USD in words: $1,234.50, +$0.10, −$3.00."""
    sign = "−" if round(usd, 2) < 0 else "+" if signed and round(usd, 2) > 0 else ""
    return f"{sign}${abs(usd):,.2f}"


def headline(cost: Document) -> str:
    """The estimate in one sentence."""
    change = money(cost["difference"], signed=True) if round(cost["difference"], 2) else "unchanged"
    return f"about {money(cost['after'])} a month ({change})"


def _by_tier(cost: CostComparison) -> list[Document]:
    old, new = cost.before.by_tier(), cost.after.by_tier()
    zero = Decimal(0)
    return [
        {"tier": tier.value, "before": _rounded(old.get(tier, zero)), "after": _rounded(new.get(tier, zero))}
        for tier in Tier
        if tier in old or tier in new
    ]


def _line(line: Line) -> Document:
    return {
        "address": line.address,
        "tier": line.tier.value,
        "what": line.what,
        "quantity": _rounded(line.quantity),
        "price": float(line.price.usd * line.factor),
        "per": line.price.per,
        "quality": line.price.quality,
        "usd": _rounded(line.usd),
    }


def _not_included(estimate: Estimate) -> list[Document]:
    """What is left out, each once with all the resources that it concerns."""
    addresses: dict[tuple[str, str], list[str]] = {}
    for item in estimate.not_included:
        addresses.setdefault((item.what, item.why), []).append(item.address)
    return [{"what": what, "why": why, "addresses": found} for (what, why), found in sorted(addresses.items())]


def _rounded(amount: Decimal) -> float:
    return float(amount.quantize(_CENT_OF_A_CENT))
