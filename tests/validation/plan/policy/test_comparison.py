"""No policy gets wider unnoticed: the comparison against an oracle that decides single requests."""

from __future__ import annotations

import json
import random
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.validation.plan.policy.oracle import Request, allows
from validation.plan.policy.comparison import widenings
from validation.plan.policy.statements import UnreadablePolicy, is_policy

Statement = dict[str, Any]

PRINCIPALS = ("arn:a", "arn:b")
ACTIONS = ("s3:Get", "s3:Put", "iam:Get")
RESOURCES = ("x/1", "x/2", "y/1")
KEY_VALUES: tuple[dict[str, str], ...] = ({}, {"k": "1"}, {"k": "2"}, {"k": "12"})

REQUESTS = [
    Request(principal=principal, action=action, resource=resource, keys=keys)
    for principal, action, resource, keys in product(PRINCIPALS, ACTIONS, RESOURCES, KEY_VALUES)
]


def some(values: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """One value, or a list of some."""
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=2)


CONDITIONS = (
    st.dictionaries(
        st.sampled_from(
            [
                "StringEquals",
                "StringNotEquals",
                "StringLike",
                "StringNotLike",
                "StringEqualsIfExists",
                "StringNotEqualsIfExists",
            ]
        ),
        st.fixed_dictionaries({"k": some(("1", "2", "1*", "*"))}),
        max_size=2,
    )
    | st.just({"Null": {"k": "true"}})
    | st.just({"NumericLessThan": {"k": "2"}})
)

ELEMENTS = {
    "Principal": st.just("*") | st.fixed_dictionaries({"AWS": some((*PRINCIPALS, "*"))}),
    "Action": some((*ACTIONS, "s3:*", "*", "*:Get")),
    "Resource": some((*RESOURCES, "x/*", "*", "?/1")),
}


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    statement: Statement = {"Effect": draw(st.sampled_from(["Allow", "Deny"])), "Condition": draw(CONDITIONS)}
    for element, values in ELEMENTS.items():
        negation = draw(st.sampled_from(["", "", "", "Not"]))
        statement[negation + element] = draw(values)
    return statement


POLICIES = st.lists(statements(), max_size=3)


def text(policy: list[Statement]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": policy})


@settings(max_examples=500)
@given(old=POLICIES, new=POLICIES)
def test_whatever_is_newly_allowed_is_found(old: list[Statement], new: list[Statement]) -> None:
    newly_allowed = [request for request in REQUESTS if allows(new, request) and not allows(old, request)]

    if newly_allowed:
        assert widenings(text(old), text(new))


@settings(max_examples=500)
@given(old=POLICIES, position=st.integers(0, 2), change=statements())
def test_whatever_one_changed_statement_newly_allows_is_found(
    old: list[Statement], position: int, change: Statement
) -> None:
    new = [*old[:position], {**change}, *old[position + 1 :]]
    newly_allowed = [request for request in REQUESTS if allows(new, request) and not allows(old, request)]

    if newly_allowed:
        assert widenings(text(old), text(new))


@given(policy=POLICIES)
def test_a_policy_is_not_wider_than_itself(policy: list[Statement]) -> None:
    assert widenings(text(policy), text(policy)) == ()


@given(policy=POLICIES, seed=st.integers())
def test_spelling_and_order_make_no_difference(policy: list[Statement], seed: int) -> None:
    assert widenings(text(policy), text(respelled(policy, random.Random(seed)))) == ()
    assert widenings(text(respelled(policy, random.Random(seed))), text(policy)) == ()


@given(policy=POLICIES, denied=statements())
def test_one_more_deny_makes_nothing_wider(policy: list[Statement], denied: Statement) -> None:
    assert widenings(text(policy), text([*policy, {**denied, "Effect": "Deny"}])) == ()


@given(policy=POLICIES, position=st.integers(0, 2))
def test_one_allow_less_makes_nothing_wider(policy: list[Statement], position: int) -> None:
    shorter = [each for number, each in enumerate(policy) if number != position or each["Effect"] == "Deny"]

    assert widenings(text(policy), text(shorter)) == ()


def respelled(policy: list[Statement], dice: random.Random) -> list[Statement]:
    """The same policy with other ids, in another order, single values as lists."""

    def respell(statement: Statement) -> Statement:
        spelled = {"Sid": str(dice.random()), **statement}
        for element in ("Action", "NotAction", "Resource", "NotResource"):
            if element in spelled:
                values = spelled[element] if isinstance(spelled[element], list) else [spelled[element]]
                spelled[element] = dice.sample(values, len(values))
        if "Action" in spelled:
            spelled["Action"] = [action.upper() for action in spelled["Action"]]
        if spelled.get("Principal") == "*":
            spelled["Principal"] = {"AWS": "*"}
        return spelled

    return [respell(statement) for statement in dice.sample(policy, len(policy))]


READ: Statement = {
    "Effect": "Allow",
    "Principal": {"AWS": "111111111111"},
    "Action": "s3:GetObject",
    "Resource": "arn:aws:s3:::b/*",
    "Condition": {"StringEquals": {"aws:SourceVpce": ["vpce-1"]}},
}


@pytest.mark.parametrize(
    ("change", "what", "after"),
    [
        ({"Action": ["s3:GetObject", "s3:PutObject"]}, "new actions", "s3:putobject"),
        ({"Action": "s3:*"}, "new actions", "s3:*"),
        ({"Resource": "*"}, "new resources", "*"),
        (
            {"Principal": {"AWS": ["111111111111", "222222222222"]}},
            "new principals",
            "AWS:arn:aws:iam::222222222222:root",
        ),
        ({"Condition": {}}, "condition dropped or loosened", ""),
        (
            {"Condition": {"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}},
            "condition dropped or loosened",
            "vpce-2",
        ),
        ({"Action": "s3:*", "Resource": "*"}, "new permission", "s3:* on *"),
    ],
)
def test_the_widened_element_is_named(change: Statement, what: str, after: str) -> None:
    (widening,) = widenings(text([READ]), text([{**READ, **change}]))

    assert widening.what == what
    assert after in widening.after


def test_an_account_is_its_root() -> None:
    root = {**READ, "Principal": {"AWS": ["arn:aws:iam::111111111111:root"]}}

    assert widenings(text([READ]), text([root])) == ()


def test_the_key_of_a_condition_is_compared_without_regard_to_case() -> None:
    other = {**READ, "Condition": {"StringEquals": {"AWS:sourcevpce": "vpce-1"}}}

    assert widenings(text([READ]), text([other])) == ()


def test_a_smaller_network_implies_the_larger() -> None:
    wide = {**READ, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    narrow = {**READ, "Condition": {"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}}

    assert widenings(text([wide]), text([narrow])) == ()
    assert widenings(text([narrow]), text([wide])) != ()


def test_a_wildcard_of_an_arn_stays_within_its_part() -> None:
    loose = {**READ, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}}
    other_service = {**READ, "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:1:*"}}}

    assert widenings(text([loose]), text([other_service])) != ()


def test_a_narrowed_deny_tells_what_is_left() -> None:
    deny = {**READ, "Effect": "Deny", "Action": "s3:*"}

    (widening,) = widenings(text([deny]), text([{**deny, "Action": "s3:GetObject"}]))

    assert widening.what == "Deny narrowed"
    assert widening.after.startswith("s3:getobject")


@pytest.mark.parametrize("document", ['{"Statement": ["x"]}', '{"Statement": [{"Effect": "Maybe"}]}', "[]", "nonsense"])
def test_what_is_no_policy_is_refused(document: str) -> None:
    with pytest.raises(UnreadablePolicy):
        widenings(document, document)


@pytest.mark.parametrize("value", [None, 1, "", "{}", "[1]", "Statement", '{"a": "Statement"}'])
def test_what_is_no_policy_is_not_taken_for_one(value: object) -> None:
    assert not is_policy(value)
