"""How much a plan does, by tier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from validation.plan.model import Action, Change, Plan
from validation.plan.tiers import Tier, tier_of


@dataclass(frozen=True, kw_only=True)
class TierSummary:
    """What happens in one tier."""

    tier: Tier
    counts: Mapping[str, int]
    """By word (create, update, replace, destroy, forget, move, import), how many resources; no zeros."""
    changes: tuple[Change, ...]
    """All of them, in the order of their addresses."""


def summarize(plan: Plan) -> tuple[TierSummary, ...]:
    """The tiers in which something happens, in the order of reports."""
    changes = sorted((change for change in plan.changes if change.is_change), key=lambda change: change.address)
    return tuple(
        TierSummary(tier=tier, counts=_counts(own), changes=own)
        for tier in Tier
        if (own := tuple(change for change in changes if tier_of(change.type) is tier))
    )


def words(change: Change) -> Iterator[str]:
    """Everything that happens to a resource: what was moved or imported may be updated too."""
    if change.action is not Action.NO_OP:
        yield change.action.value
    if change.moved:
        yield "move"
    if change.imported:
        yield "import"


def _counts(changes: tuple[Change, ...]) -> dict[str, int]:
    order = [*(action.value for action in Action), "move", "import"]
    found = [word for change in changes for word in words(change)]
    return {word: found.count(word) for word in order if word in found}
