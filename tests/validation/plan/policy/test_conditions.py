"""Which conditions are certainly as strict as others, against every value that a request can carry."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.plan.policy.oracle import holds
from validation.plan.policy.conditions import Condition, all_imply

PRESENT = [None, "1", "2", "12", "3"]
"""Values of the key in a request; None where it carries none."""

OPERATORS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "NumericLessThan"]

CONDITIONS = st.builds(
    Condition,
    operator=st.builds(str.__add__, st.sampled_from(OPERATORS), st.sampled_from(["", "IfExists"])),
    key=st.just("k"),
    values=st.frozensets(st.sampled_from(["1", "2", "12"]), min_size=1, max_size=3),
)


def met_by(condition: Condition) -> set[str | None]:
    return {found for found in PRESENT if holds(condition.operator, found, sorted(condition.values))}


@settings(max_examples=500)
@given(one=CONDITIONS, other=CONDITIONS)
def test_what_is_implied_is_met_by_every_request(one: Condition, other: Condition) -> None:
    if one.implies(other):
        assert met_by(one) <= met_by(other)


def condition(operator: str, *values: str) -> Condition:
    return Condition(operator=operator, key="k", values=frozenset(values))


@pytest.mark.parametrize(
    ("stricter", "looser"),
    [
        (condition("StringEquals", "1"), condition("StringEquals", "1", "2")),
        (condition("StringEquals", "1"), condition("StringEqualsIfExists", "1")),
        (condition("StringNotEquals", "1", "2"), condition("StringNotEquals", "1")),
        (condition("StringLike", "ab*"), condition("StringLike", "a*")),
        (condition("StringNotLike", "a*"), condition("StringNotLike", "ab*")),
        (condition("IpAddress", "10.1.0.0/16"), condition("IpAddress", "10.0.0.0/8")),
        (condition("NotIpAddress", "10.0.0.0/8"), condition("NotIpAddress", "10.1.0.0/16")),
        (condition("NumericLessThan", "1.2"), condition("NumericLessThan", "1.3")),
        (condition("NumericGreaterThanEquals", "7"), condition("NumericGreaterThanEquals", "5")),
        (condition("ArnLike", "arn:aws:s3:::b"), condition("ArnLike", "arn:aws:s3:::*")),
    ],
)
def test_the_stricter_implies_the_looser_and_not_the_other_way_round(stricter: Condition, looser: Condition) -> None:
    assert stricter.implies(looser)
    assert not looser.implies(stricter)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (condition("StringNotEqualsIfExists", "1"), condition("StringNotEquals", "1")),
        (condition("Bool", "True"), condition("Bool", "true")),
        (condition("StringEqualsIgnoreCase", "A"), condition("StringEqualsIgnoreCase", "a")),
    ],
)
def test_what_says_the_same_implies_each_other(one: Condition, other: Condition) -> None:
    assert one.implies(other)
    assert other.implies(one)


@pytest.mark.parametrize("operator", ["ForAllValues:StringEquals", "BinaryEquals", "DateLessThan"])
def test_an_operator_that_is_not_known_implies_itself_only(operator: str) -> None:
    assert condition(operator, "1").implies(condition(operator, "1"))
    assert not condition(operator, "1").implies(condition(operator, "1", "2"))


def test_one_more_condition_is_stricter_and_none_is_the_loosest() -> None:
    one, other = condition("StringEquals", "1"), condition("Null", "false")

    assert all_imply(frozenset({one, other}), frozenset({one}))
    assert not all_imply(frozenset({one}), frozenset({one, other}))
    assert all_imply(frozenset({one}), frozenset())
