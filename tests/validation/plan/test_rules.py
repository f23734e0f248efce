"""Every rule about an attribute: the weaker value blocks, the unknown one too, and the way back is free."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validation.plan.builder import findings_of, plan, reviewed, updated
from validation.plan import protection, security
from validation.plan.rules import Members, Rule, Weaker, lost_entry, lowered, removed, shortened, turned_off, turned_on
from validation.plan.values import UNKNOWN

RULES = [*protection.RULES, *security.RULES]
MEMBERS = [*protection.MEMBERS, *security.MEMBERS]

CANDIDATES: list[tuple[Any, Any]] = [
    (True, False),
    (False, True),
    (35, 7),
    ("Enabled", "Suspended"),
    ("arn:aws:kms:us-east-1:1:key/1", None),
    (["a", "b"], ["a"]),
    ("COMPLIANCE", "GOVERNANCE"),
    ("aws:kms", "AES256"),
    ("BucketOwnerEnforced", "ObjectWriter"),
    ("required", "preferred"),
    ("SecureString", "String"),
]
"""Strong and weak values, of which at least one pair concerns each rule."""


def weakening(rule: Rule) -> tuple[Any, Any]:
    """A strong and a weak value of a rule's attribute."""
    return next((strong, weak) for strong, weak in CANDIDATES if rule.is_weaker(strong, weak))


def nested(path: str, value: Any) -> dict[str, Any]:
    """Attributes with a value at a dotted path, through blocks."""
    first, _, rest = path.partition(".")
    return {first: [nested(rest, value)] if rest else value}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.type}.{rule.path}")
def test_a_weaker_value_blocks_and_a_stronger_passes(rule: Rule) -> None:
    strong, weak = weakening(rule)
    address, first = f"{rule.type}.x", rule.path.partition(".")[0]
    better, worse = ({"id": "x", **nested(rule.path, value)} for value in (strong, weak))

    (finding,) = findings_of(updated(address, better, **{first: worse[first]}))
    way_back = findings_of(updated(address, worse, **{first: better[first]}))

    assert (finding.kind, finding.blocks) == (rule.kind, True)
    assert rule.path in finding.what
    assert way_back == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.type}.{rule.path}")
def test_a_value_that_is_not_known_yet_counts_as_weaker(rule: Rule) -> None:
    strong, _ = weakening(rule)

    assert rule.is_weaker(strong, UNKNOWN)


@pytest.mark.parametrize("members", MEMBERS, ids=lambda members: f"{members.type}.{members.path}")
def test_a_list_of_blocks_that_is_not_known_yet_can_not_be_judged(members: Members) -> None:
    block = {members.key: "a", "storage": 1}
    change = updated(f"{members.type}.x", {members.path: [block]}, unknown={members.path: True})

    review = reviewed(plan(change))

    assert members.kind in {finding.kind for finding in review.findings}


@pytest.mark.parametrize("members", MEMBERS, ids=lambda members: f"{members.type}.{members.path}")
def test_the_order_of_blocks_makes_no_difference(members: Members) -> None:
    block, other = ({members.key: key, "schedule": "daily", "status": "Enabled"} for key in ("a", "b"))
    reordered: dict[str, Any] = {members.path: [other, block]}
    change = updated(f"{members.type}.x", {members.path: [block, other]}, **reordered)

    assert findings_of(change) == ()


@pytest.mark.parametrize(
    ("compare", "before", "after", "is_weaker"),
    [
        (turned_off, True, None, True),
        (turned_off, "true", "false", True),
        (turned_off, False, None, False),
        (turned_off, "Enabled", "enabled", False),
        (turned_on, None, True, True),
        (turned_on, False, UNKNOWN, True),
        (turned_on, True, True, False),
        (turned_on, None, False, False),
        (lowered, 35, 0, True),
        (lowered, 35, None, True),
        (lowered, 0, None, False),
        (lowered, 7, 35, False),
        (shortened, None, 30, True),
        (shortened, 0, 30, True),
        (shortened, 30, 7, True),
        (shortened, 30, None, False),
        (shortened, 30, 0, False),
        (shortened, 7, 30, False),
        (removed, "x", "", True),
        (removed, "", None, False),
        (removed, "x", "y", False),
        (lost_entry, ["a", "b"], ["b"], True),
        (lost_entry, ["a"], ["b", "a"], False),
        (lost_entry, None, [], False),
    ],
)
def test_which_value_is_weaker(compare: Weaker, before: Any, after: Any, is_weaker: bool) -> None:  # noqa: FBT001
    assert compare(before, after) == is_weaker
