"""IAM: a policy's variables, such as `${aws:PrincipalTag/user_id}`, stand for what is known of who asks.

The emulator compares them as plain text, before any service is asked; this replaces the function by which it looks up a
principal's policies, anew for each request.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

_VARIABLE: Final = re.compile(r"\$\{([^}]+)\}")
_UNSET: Final = "\0"
"""Equals nothing that a request can name: IAM lets no statement match by a variable that has no value."""


def resolve_in_policies() -> None:
    """Let every policy be evaluated with the values of its variables."""
    evaluator: Any = importlib.import_module("ministack.core.iam_evaluator")
    look_up = evaluator.resolve_principal

    def resolved(*arguments: Any, **named: Any) -> Any:
        principal = look_up(*arguments, **named)
        policies = getattr(principal, "policies", None)
        if policies is None:
            return principal
        return replace(
            principal,
            policies=substituted(policies, principal.keys),
            limits=substituted(principal.limits, principal.keys),
        )

    evaluator.resolve_principal = resolved


def substituted(policies: Any, keys: Mapping[str, Any]) -> Any:
    """Parsed policies, in lists of any depth, with the values of the condition keys (in lower case)."""
    if isinstance(policies, list):
        return [substituted(each, keys) for each in policies]
    return replace(
        policies,
        resources=_in_texts(policies.resources, keys),
        not_resources=_in_texts(policies.not_resources, keys),
        conditions=_in_texts(policies.conditions, keys),
    )


def _in_texts(value: Any, keys: Mapping[str, Any]) -> Any:
    match value:
        case str():
            return _VARIABLE.sub(lambda found: str(keys.get(found[1].lower(), _UNSET)), value)
        case list():
            return [_in_texts(each, keys) for each in value]
        case dict():
            return {name: _in_texts(each, keys) for name, each in value.items()}
    return value
