"""What a live resource policy refuses, and whom it lets in, so that a policy is judged by what it does.

It errs towards "not denied": a condition or an element that it does not know never counts as a refusal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, TypeAlias

from validation.framework.result import Json

Statement: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What somebody with all permissions asks for."""

    action: str
    """As IAM spells it: `s3:PutObject`."""
    resource: str
    """ARN of the bucket or object."""
    conditions: Mapping[str, str] = field(default_factory=dict)
    """Condition keys that the request carries; a key that is not here is absent from the request."""


def denies(policy: str | None, request: Request) -> bool:
    """Whether a Deny statement of the policy document refuses the request, whoever sends it."""
    if policy is None:
        return False
    return any(_denies(statement, request) for statement in _list(json.loads(policy).get("Statement", [])))


def allows_anybody(policy: str | None) -> tuple[str, ...]:
    """Ids of the Allow statements that name every principal without any condition."""
    if policy is None:
        return ()
    return tuple(
        str(statement.get("Sid", f"statement {number}"))
        for number, statement in enumerate(_list(json.loads(policy).get("Statement", [])), start=1)
        if statement.get("Effect") == "Allow" and _is_everybody(statement) and not statement.get("Condition")
    )


def allowed_sources(policy: str | None, *, service: str, action: str, resource: str) -> tuple[str, ...]:
    """ARNs on whose behalf an AWS service may do `action`, sorted; `*` where an Allow does not limit them."""
    if policy is None:
        return ()
    sources: set[str] = set()
    for statement in _list(json.loads(policy).get("Statement", [])):
        principal = statement.get("Principal")
        if (
            statement.get("Effect") == "Allow"
            and isinstance(principal, Mapping)
            and service in _list(principal.get("Service", []))
            and _covers_action(statement, action)
            and _covers_resource(statement, resource)
        ):
            sources.update(_source_arns(statement))
    return tuple(sorted(sources))


def _source_arns(statement: Statement) -> list[str]:
    for operator in ("ArnEquals", "ArnLike", "StringEquals", "StringLike"):
        for key, values in statement.get("Condition", {}).get(operator, {}).items():
            if key.lower() == "aws:sourcearn":
                return _list(values)
    return ["*"]


def _denies(statement: Statement, request: Request) -> bool:
    return (
        statement.get("Effect") == "Deny"
        and _is_everybody(statement)
        and _covers_action(statement, request.action)
        and _covers_resource(statement, request.resource)
        and all(
            _condition_holds(operator, key, _list(values), request.conditions)
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _is_everybody(statement: Statement) -> bool:
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        return "*" in _list(principal.get("AWS", []))
    return principal == "*"


def _covers_action(statement: Statement, action: str) -> bool:
    patterns = [pattern.lower() for pattern in _list(statement.get("Action", []))]
    return any(fnmatchcase(action.lower(), pattern) for pattern in patterns)


def _covers_resource(statement: Statement, resource: str) -> bool:
    return any(fnmatchcase(resource, pattern) for pattern in _list(statement.get("Resource", [])))


def _condition_holds(operator: str, key: str, values: Sequence[str], present: Mapping[str, str]) -> bool:
    name = operator.removesuffix("IfExists")
    found = {name.lower(): value for name, value in present.items()}.get(key.lower())
    if name == "Null":
        return (found is None) == _is_true(values)
    if name not in _OPERATORS:
        return False
    if found is None:
        # IAM: a negated operator holds where the key is absent, and so does every "…IfExists".
        return operator.endswith("IfExists") or name in _NEGATED
    return _OPERATORS[name](found, values)


def _equals(found: str, values: Sequence[str]) -> bool:
    return found in values


def _equals_ignoring_case(found: str, values: Sequence[str]) -> bool:
    return found.lower() in [value.lower() for value in values]


def _like(found: str, values: Sequence[str]) -> bool:
    return any(fnmatchcase(found, value) for value in values)


def _less_than(found: str, values: Sequence[str]) -> bool:
    return any(float(found) < float(value) for value in values)


def _negate(operator: Callable[[str, Sequence[str]], bool]) -> Callable[[str, Sequence[str]], bool]:
    return lambda found, values: not operator(found, values)


_OPERATORS: Final[Mapping[str, Callable[[str, Sequence[str]], bool]]] = {
    "Bool": _equals_ignoring_case,
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": _like,
    "StringNotEquals": _negate(_equals),
    "StringNotLike": _negate(_like),
    "ArnEquals": _like,
    "ArnLike": _like,
    "ArnNotEquals": _negate(_like),
    "ArnNotLike": _negate(_like),
    "NumericLessThan": _less_than,
}
_NEGATED: Final = frozenset(name for name in _OPERATORS if "Not" in name)


def _is_true(values: Sequence[str]) -> bool:
    return [value.lower() for value in values] == ["true"]


def _list(value: Json | Iterable[Any]) -> list[Any]:
    """AWS writes a list of one as the element itself; booleans become the strings that AWS compares."""
    items = list(value) if isinstance(value, list | tuple) else [value]
    return [str(item).lower() if isinstance(item, bool) else item for item in items]
