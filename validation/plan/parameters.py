"""Redis' parameters, which a replication group names only: what it means for them that it names another group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from validation.plan.model import Change, Plan
from validation.plan.values import UNKNOWN, Value, at, is_empty, shown

PARAMETER_GROUP: Final = "aws_elasticache_parameter_group"
_AWS_OWN: Final = "default."
"""How the names of those begin that AWS makes, which evict nothing but what expires (maxmemory-policy volatile-lru)."""


def switched_parameters(plan: Plan) -> Iterator[Change]:
    """The replication groups that get another parameter group, as if their own one had got its parameters.

    Parameters of a group that the plan does not hold are `UNKNOWN`.
    """
    parameters = _parameters(plan)
    for change in plan.changes:
        old, new = (at(values, "parameter_group_name") for values in (change.before, change.after))
        if (
            change.type == "aws_elasticache_replication_group"
            and change.before is not None
            and old != new
            and not is_empty(new)
            and not shown(new).startswith(_AWS_OWN)
        ):
            before, after = parameters.get(shown(old), []), parameters.get(shown(new), UNKNOWN)
            yield replace(change, type=PARAMETER_GROUP, before={"parameter": before}, after={"parameter": after})


def _parameters(plan: Plan) -> dict[str, Value]:
    """By name, the parameters of each group that is or will be there."""
    return {
        shown(at(values, "name")): at(values, "parameter") or []
        for change in plan.changes
        if change.type == PARAMETER_GROUP
        for values in (change.before, change.after)
        if values is not None
    }
