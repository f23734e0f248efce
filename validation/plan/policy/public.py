"""Grants that let anybody in: to everybody, under no condition that says who."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

from validation.plan.policy.conditions import Condition
from validation.plan.policy.patterns import Everything
from validation.plan.policy.statements import Grant

SMALLEST_PUBLIC_PREFIX: Final = 8
"""A range of more addresses than a /8 is no network of ours."""

_GITHUB: Final = "token.actions.githubusercontent.com"
_SUBJECT: Final = f"{_GITHUB}:sub"

_WHO: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        _SUBJECT,
    }
)
"""Keys of conditions that say who asks, or from where (Amazon S3 User Guide, "The meaning of public")."""

_FIXING: Final = frozenset(
    {"ArnEquals", "ArnLike", "IpAddress", "StringEquals", "StringEqualsIgnoreCase", "StringLike"}
)
"""Operators that a request without the key does not meet."""


def is_open_to_all(grant: Grant) -> bool:
    """Whether anybody gets what is granted: everybody on AWS, or the jobs of every repository on GitHub."""
    if grant.principal == "*" or isinstance(grant.principal, Everything):
        return not any(map(_says_who, grant.conditions))
    if str(grant.principal).startswith("Federated:") and _GITHUB in str(grant.principal):
        return not any(condition.key == _SUBJECT and _says_who(condition) for condition in grant.conditions)
    return False


def is_public_network(source: str) -> bool:
    """Whether a range of addresses is the internet, or so large a part of it that nobody owns it."""
    try:
        return ip_network(source, strict=False).prefixlen < SMALLEST_PUBLIC_PREFIX
    except ValueError:
        return False


def _says_who(condition: Condition) -> bool:
    return (
        condition.key in _WHO
        and condition.operator in _FIXING
        and not any(_is_anybody(condition.key, value) for value in condition.values)
    )


def _is_anybody(key: str, value: str) -> bool:
    fixed = value.partition("*")[0].partition("?")[0]
    if key == "aws:sourceip":
        return is_public_network(value)
    if key == _SUBJECT:
        # repo:<owner>/<repository>:…
        return fixed != value and "/" not in fixed
    if value.startswith("arn:"):
        account, name = (*value.split(":", 5), "", "", "", "", "")[4:6]
        return "*" in account or (not account and name.startswith("*"))
    return not fixed
