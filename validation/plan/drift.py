"""What changed outside Terraform since the last apply, apart from what the plan changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from validation.plan import browsers, exposure, policies, protection, security
from validation.plan.finding import Finding, Kind
from validation.plan.model import Action, Change, Plan, without_indexes
from validation.plan.stateful import STATEFUL
from validation.plan.values import Path, Value, at, differences

_COLONS_OF_AN_ARN: Final = 5


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
    found = (_drift(change, plan) for change in _in_code(plan))
    return tuple(drift for drift in found if drift.is_gone or drift.differences)


def findings(plan: Plan) -> Iterator[Finding]:
    """Drift that needs a look although it is no change of this plan: data gone, protection or secrecy weakened."""
    for change in _in_code(plan):
        outcome = _outcome(change, plan)
        if change.after is None and change.type in STATEFUL:
            yield _missing(change, plan)
        for judge in (protection, security, policies, exposure, browsers):
            for finding in judge.weakened(change):
                yield Finding(
                    kind=Kind.NOTICE,
                    address=change.address,
                    what=f"outside Terraform: {finding.what}; {outcome}",
                    before=finding.before,
                    after=finding.after,
                    remedy="Find out who did it, and why.",
                )


def _missing(change: Change, plan: Plan) -> Finding:
    region = region_of(change.before)
    if region and plan.regions and region not in plan.regions:
        return Finding(
            kind=Kind.DESTROY,
            address=change.address,
            what=f"is in {region}, where the code looks no more: Terraform takes it for deleted and forgets it",
            remedy=f"Name {region} as former_disaster_recovery_region first (docs/environments.md, Leave the region).",
        )
    return Finding(
        kind=Kind.NOTICE,
        address=change.address,
        what=f"was deleted outside Terraform with all it held; {_outcome(change, plan)}",
        remedy="Restore it from a backup and import it, or let the plan create an empty one.",
    )


def region_of(values: Value) -> str:
    """Where a resource lives, by its ARN or, of a bucket, by its region; "" where neither tells."""
    arn = at(values, "arn")
    of_arn = arn.split(":")[3] if isinstance(arn, str) and arn.count(":") >= _COLONS_OF_AN_ARN else ""
    region = of_arn or at(values, "region")
    return region if isinstance(region, str) else ""


def _drift(change: Change, plan: Plan) -> Drift:
    return Drift(
        address=change.address,
        type=change.type,
        is_gone=change.after is None,
        differences=() if change.after is None else tuple(differences(change.before, change.after)),
        outcome=_outcome(change, plan),
    )


def _in_code(plan: Plan) -> Iterator[Change]:
    """The drift of attributes that the code sets; of everything, where a resource is no longer in the code."""
    for change in plan.drift:
        code = plan.code.get(without_indexes(change.address))
        if code is None or change.after is None:
            yield change
        else:
            yield replace(change, after=_only_in_code(change.before, change.after, code))


def _only_in_code(before: Value, after: Value, code: Any) -> Value:
    """`after`, but `before` in every part that the code leaves to the provider."""
    match before, after, code:
        case Mapping(), Mapping(), Mapping() if not _is_expression(code):
            return {
                name: _only_in_code(before.get(name), after.get(name), code[name]) if name in code else before.get(name)
                for name in before.keys() | after.keys()
            }
        case list(), list(), list() if len(before) == len(after) == len(code):
            return [_only_in_code(*each) for each in zip(before, after, code, strict=True)]
        case _:
            return after


def _is_expression(code: Mapping[str, Any]) -> bool:
    """Whether the code is one expression, and not a block of them."""
    return code.keys() <= {"constant_value", "references"}


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
