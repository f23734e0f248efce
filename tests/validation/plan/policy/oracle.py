"""IAM in small: decides single requests by the book, to judge the comparison of policies by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request, with the condition keys that it carries."""

    principal: str
    action: str
    resource: str
    keys: Mapping[str, str]


def allows(statements: list[dict[str, Any]], request: Request) -> bool:
    """Whether some statement allows the request and none denies it."""
    effects = {statement["Effect"] for statement in statements if _applies(statement, request)}
    return effects == {"Allow"}


def _applies(statement: dict[str, Any], request: Request) -> bool:
    return (
        _in(statement, "Principal", lambda value: bool({"*", request.principal} & _named(value)))
        and _in(statement, "Action", lambda value: _any_matches(value, request.action))
        and _in(statement, "Resource", lambda value: _any_matches(value, request.resource))
        and all(
            holds(operator, request.keys.get(key), _listed(values))
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        )
    )


def _in(statement: dict[str, Any], element: str, applies: Any) -> bool:
    if f"Not{element}" in statement:
        return not applies(statement[f"Not{element}"])
    return bool(applies(statement[element]))


def holds(operator: str, found: str | None, values: list[str]) -> bool:
    """Whether a condition holds for the value of its key in a request, None where it carries none."""
    base, optional = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    if base == "Null":
        return (found is None) == (values == ["true"])
    negated = "Not" in base
    if found is None:
        return negated or optional
    if base.endswith("Like"):
        return any(fnmatchcase(found, value) for value in values) != negated
    if base == "NumericLessThan":
        return any(float(found) < float(value) for value in values)
    return (found in values) != negated


def _any_matches(patterns: Any, text: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in _listed(patterns))


def _named(principal: Any) -> set[str]:
    return set(_listed(principal["AWS"] if isinstance(principal, dict) else principal))


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
