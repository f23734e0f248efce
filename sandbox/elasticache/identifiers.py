"""Names that a caller gives to resources: AWS's rules, and its words where one breaks them."""

from __future__ import annotations

import re

from sandbox.elasticache.protocol import Parameters, ServiceError

_VALID = re.compile(r"[a-z](-?[a-z0-9])*", re.ASCII)


def new(parameters: Parameters, parameter: str, *, longest: int) -> str:
    """Return the identifier that a parameter gives to a new resource, in lower case as ElastiCache keeps it.

    Raises InvalidParameterValue for one that AWS takes for none. No valid one has a dot or leads out of a folder.
    """
    name: str = parameters[parameter].lower()
    if not _VALID.fullmatch(name):
        raise ServiceError(
            "InvalidParameterValueException",
            f"The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain "
            "only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive "
            "hyphens.",
        )
    if len(name) > longest:
        raise ServiceError(
            "InvalidParameterValueException",
            f"The parameter {parameter} is too long: {name} has {len(name)} characters; allowed: {longest}.",
        )
    return name
