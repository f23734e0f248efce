"""Reads a policy document into grants: one principal, one action, one resource, under conditions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Literal

from validation.plan.policy.conditions import Condition
from validation.plan.policy.patterns import Everything, Extent

BEARER: Final = "(whoever has the policy)"
"""Principal of a policy that names none, because it is attached to one."""

_ACCOUNT: Final = re.compile(r"\d{12}")


class UnreadablePolicy(Exception):  # noqa: N818 - says what is wrong
    """The text is no policy document."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """The smallest part of a statement, normalized: spelling, order and Sid make no difference."""

    effect: Literal["Allow", "Deny"]
    principal: Extent
    """`<kind>:<name>`, as in AWS:arn:aws:iam::111111111111:root; `*` for everybody."""
    action: Extent
    """In lower case, because IAM compares actions so."""
    resource: Extent
    conditions: frozenset[Condition]
    """All of them have to hold."""


def is_policy(text: Any) -> bool:
    """Whether a value is the JSON of a policy document."""
    if not isinstance(text, str) or "Statement" not in text:
        return False
    try:
        document = json.loads(text)
    except ValueError:
        return False
    return isinstance(document, Mapping) and "Statement" in document


def grants(text: str) -> frozenset[Grant]:
    """Everything that a policy document allows and denies; raises `UnreadablePolicy`."""
    try:
        statements = json.loads(text)["Statement"]
        return frozenset(grant for statement in _listed(statements) for grant in _grants(statement))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadablePolicy(f"{type(error).__name__}: {error}") from error


def _grants(statement: Mapping[str, Any]) -> Iterator[Grant]:
    effect = statement["Effect"]
    if effect not in ("Allow", "Deny"):
        raise ValueError(f"Effect {effect!r}")
    conditions = frozenset(_conditions(statement.get("Condition", {})))
    actions = _extents(statement, "Action", str.lower)
    resources = _extents(statement, "Resource", str) or ["*"]
    for principal, action, resource in product(_principals(statement), actions, resources):
        yield Grant(effect=effect, principal=principal, action=action, resource=resource, conditions=conditions)


def _principals(statement: Mapping[str, Any]) -> list[Extent]:
    if "NotPrincipal" in statement:
        return [Everything(frozenset(_principal_names(statement["NotPrincipal"])))]
    if "Principal" in statement:
        return list(_principal_names(statement["Principal"]))
    return [BEARER]


def _principal_names(principal: Any) -> Iterator[str]:
    if principal == "*":
        yield "*"
        return
    for kind, names in principal.items():
        for name in _listed(names):
            yield "*" if kind == "AWS" and name == "*" else f"{kind}:{_account_root(kind, name)}"


def _account_root(kind: str, name: str) -> str:
    # AWS takes the bare number of an account for its root.
    return f"arn:aws:iam::{name}:root" if kind == "AWS" and _ACCOUNT.fullmatch(name) else name


def _extents(statement: Mapping[str, Any], element: str, normalize: Any) -> list[Extent]:
    excepted = f"Not{element}"
    if excepted in statement:
        return [Everything(frozenset(normalize(each) for each in _listed(statement[excepted])))]
    return [normalize(each) for each in _listed(statement.get(element, []))]


def _conditions(block: Mapping[str, Mapping[str, Any]]) -> Iterator[Condition]:
    for operator, keys in block.items():
        for key, values in keys.items():
            texts = (str(value).lower() if isinstance(value, bool) else str(value) for value in _listed(values))
            # IAM compares the names of keys without regard to case.
            yield Condition(operator=operator, key=key.lower(), values=frozenset(texts))


def _listed(value: Any) -> Iterable[Any]:
    """AWS writes a list of one as the element itself."""
    return value if isinstance(value, list) else [value]
