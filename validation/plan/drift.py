"""What changed outside Terraform since the last apply, apart from what the plan changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from validation.plan import exposure, policies, protection, security
from validation.plan.finding import Finding, Kind
from validation.plan.model import Action, Change, Plan, without_indexes
from validation.plan.stateful import STATEFUL
from validation.plan.values import Path, Value, differences


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How one resource differs from what the last apply left."""

    address: str
    type: str
    is_gone: bool
    """Somebody deleted it."""
    differences: tuple[tuple[Path, Value, Value], ...]
    """Of attributes that the code sets: path, after the last apply, now."""
    outcome: str
    """What the plan does about it."""


def drifts(plan: Plan) -> tuple[Drift, ...]:
    """Every resource that is not as the last apply left it, in attributes that the code sets.

    What the provider fills in by itself changes on its own, and Terraform does nothing about it.
    """
    found = (_drift(change, plan) for change in plan.drift)
    return tuple(drift for drift in found if drift.is_gone or drift.differences)


def findings(plan: Plan) -> Iterator[Finding]:
    """Drift that needs a look although it is no change of this plan: data gone, protection or secrecy weakened."""
    for change in plan.drift:
        outcome = _outcome(change, plan)
        if change.after is None and change.type in STATEFUL:
            yield Finding(
                kind=Kind.NOTICE,
                address=change.address,
                what=f"was deleted outside Terraform with all it held; {outcome}",
                remedy="Restore it from a backup and import it, or let the plan create an empty one.",
            )
        for weakened in (protection.weakened, security.weakened, policies.weakened, exposure.weakened):
            for finding in weakened(change):
                yield Finding(
                    kind=Kind.NOTICE,
                    address=change.address,
                    what=f"outside Terraform: {finding.what}; {outcome}",
                    before=finding.before,
                    after=finding.after,
                    remedy="Find out who did it, and why.",
                )


def _drift(change: Change, plan: Plan) -> Drift:
    declared = plan.declared.get(without_indexes(change.address))
    return Drift(
        address=change.address,
        type=change.type,
        is_gone=change.after is None,
        differences=tuple(
            difference
            for difference in differences(change.before, change.after)
            if declared is None or difference[0][0] in declared
        )
        if change.after is not None
        else (),
        outcome=_outcome(change, plan),
    )


def _outcome(drifted: Change, plan: Plan) -> str:
    planned = next((change for change in plan.changes if change.address == drifted.address), None)
    match planned.action if planned else Action.NO_OP:
        case Action.UPDATE:
            return "the plan changes it"
        case Action.CREATE:
            return "the plan creates it anew"
        case Action.REPLACE:
            return "the plan replaces it"
        case Action.DESTROY:
            return "the plan destroys it"
        case _:
            return "the plan leaves it so"
