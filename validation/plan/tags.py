"""Resources whose costs nobody would find, since they lack the environment's tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from environments.schema import Environment
from validation.plan.finding import Finding, Kind
from validation.plan.model import Change, Plan
from validation.plan.values import UNKNOWN, shown


def findings(plan: Plan, environment: Environment) -> Iterator[Finding]:
    """Every resource that can have tags, and lacks one of the environment's or has another value of it.

    The provider gives each resource that can have tags all of them, its own defaults too, in `tags_all`.
    """
    for change in plan.changes:
        lacking = _lacking(change, environment.resource_tags)
        if lacking:
            yield Finding(
                kind=Kind.NOTICE,
                address=change.address,
                what="its costs are found under no environment, or under another: it lacks tags of this one",
                before="",
                after=f"without {shown(lacking)}",
                remedy="Leave the tags to the provider: give the resource no tags of these names, and the provider of "
                "every region the same default tags.",
            )


def _lacking(change: Change, expected: Mapping[str, str]) -> dict[str, str]:
    if change.after is None or "tags_all" not in change.after:
        return {}
    tags = change.after["tags_all"]
    if tags is UNKNOWN:
        return {}
    found = tags if isinstance(tags, Mapping) else {}
    return {key: value for key, value in expected.items() if found.get(key) not in (value, UNKNOWN)}
