"""Conditions of a statement, and which of them are certainly as strict as others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from validation.plan.policy.patterns import covers

_IF_EXISTS: Final = "IfExists"
_ARN_COLONS: Final = 5


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One operator on one key, which holds for any of its values (for none, where the operator is negated)."""

    operator: str
    key: str
    """In lower case."""
    values: frozenset[str]

    def __str__(self) -> str:
        return f"{self.operator} {self.key}: {', '.join(sorted(self.values))}"

    @property
    def base(self) -> str:
        """The operator without IfExists."""
        return self.operator.removesuffix(_IF_EXISTS)

    @property
    def is_optional(self) -> bool:
        """Whether it also holds where the request lacks the key."""
        return self.operator.endswith(_IF_EXISTS)

    def implies(self, other: Condition) -> bool:
        """Whether every request that meets this condition certainly meets `other` too."""
        if self == other:
            return True
        if self.key != other.key or other.base not in (self.base, _AS_PATTERN.get(self.base)):
            return False
        if other.base not in _INCLUDES:
            return False
        # A negated operator holds without the key anyway, so that IfExists adds nothing to it.
        if self.is_optional and not other.is_optional and self.base not in _NEGATED:
            return False
        stricter, looser = (other, self) if self.base in _NEGATED else (self, other)
        includes = _INCLUDES[other.base]
        return all(any(includes(value, each) for value in looser.values) for each in stricter.values)


def all_imply(given: frozenset[Condition], wanted: frozenset[Condition]) -> bool:
    """Whether every request that meets all of `given` certainly meets all of `wanted`."""
    return all(any(condition.implies(each) for condition in given) for each in wanted)


def _same(general: str, special: str) -> bool:
    return general == special


def _same_ignoring_case(general: str, special: str) -> bool:
    return general.lower() == special.lower()


def _arn_covers(general: str, special: str) -> bool:
    # IAM compares the six parts of an ARN one by one: no wildcard reaches across a colon of the first five.
    parts, special_parts = general.split(":", _ARN_COLONS), special.split(":", _ARN_COLONS)
    if len(parts) != len(special_parts):
        return False
    return all(map(covers, parts, special_parts))


def _network_contains(general: str, special: str) -> bool:
    try:
        return ip_network(special, strict=False).subnet_of(ip_network(general, strict=False))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return general == special


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def includes(general: str, special: str) -> bool:
        try:
            return compare(float(general), float(special))
        except ValueError:
            return general == special

    return includes


_INCLUDES: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "ArnEquals": _arn_covers,
    "ArnLike": _arn_covers,
    "ArnNotEquals": _arn_covers,
    "ArnNotLike": _arn_covers,
    "Bool": _same_ignoring_case,
    "DateEquals": _same,
    "IpAddress": _network_contains,
    "NotIpAddress": _network_contains,
    "Null": _same_ignoring_case,
    "NumericGreaterThan": _number(lambda general, special: general <= special),
    "NumericGreaterThanEquals": _number(lambda general, special: general <= special),
    "NumericLessThan": _number(lambda general, special: general >= special),
    "NumericLessThanEquals": _number(lambda general, special: general >= special),
    "StringEquals": _same,
    "StringEqualsIgnoreCase": _same_ignoring_case,
    "StringLike": covers,
    "StringNotEquals": _same,
    "StringNotEqualsIgnoreCase": _same_ignoring_case,
    "StringNotLike": covers,
}
"""By operator, whether a value is met by everything that meets another; an operator that is not here implies itself
only."""

_AS_PATTERN: Final = {"ArnEquals": "ArnLike", "ArnLike": "ArnEquals", "StringEquals": "StringLike"}
"""By operator, the one that compares with patterns what it compares word by word; the two about ARNs are the same."""

_NEGATED: Final = frozenset(operator for operator in _INCLUDES if "Not" in operator)
