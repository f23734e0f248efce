"""The most that roles can be given, whatever policies somebody attaches to them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from environments.schema import Environment
from modules.policy import Statement

SCANS: Final = (
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLSelect",
    "dynamodb:PartiQLUpdate",
    "dynamodb:Scan",
)
"""What reads, or writes, without naming a key: no application has a use for it."""

_DESCRIBING: Final = re.compile(r"^(\w[\w-]*:Describe|backup:Get|backup:List)\w+$")
"""Actions that show settings and no data; named one by one they would fill a managed policy."""

_REGION: Final = re.compile(r"^(arn:[^:]+:[^:]+:)[a-z0-9-]+(?=:)")


def render_boundary(
    policies: Iterable[Iterable[Statement]], environment: Environment, *, denied: Iterable[str] = ()
) -> list[Statement]:
    """Whatever one of the policies allows, on everything of the environment that is of the same kind, in any region.

    Which part of it, and on which conditions, stays the policies' own concern. `denied` are actions that a policy which
    is attached later could not allow either.
    """
    actions: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for policy in policies:
        for statement in policy:
            resources = tuple(sorted({_widened(arn, environment) for arn in statement["Resource"]}))
            actions[resources].update(_DESCRIBING.sub(r"\1*", action) for action in statement["Action"])
    allowed = [
        {"Effect": "Allow", "Action": sorted(names), "Resource": list(resources)}
        for resources, names in sorted(actions.items())
    ]
    refused = sorted(denied)
    return [*allowed, *([{"Effect": "Deny", "Action": refused, "Resource": "*"}] if refused else [])]


def _widened(arn: str, environment: Environment) -> str:
    kind, prefix, _ = _REGION.sub(r"\1*", arn).partition(environment.physical_name(""))
    return f"{kind}{prefix}*" if prefix else kind
