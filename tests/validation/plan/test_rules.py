"""Every rule about an attribute: the weaker value is found, the unknown one too, and the way back is free."""

from __future__ import annotations

from typing import Any

import pytest

from tests.validation.plan.builder import findings_of, sensitive, updated
from validation.plan import protection, security
from validation.plan.finding import Kind
from validation.plan.rules import Members
from validation.plan.values import HIDDEN, UNKNOWN
from validation.plan.weaker import (
    Weaker,
    changed,
    copied_less,
    gained_entry,
    imposed,
    leaves_account,
    leaves_kms,
    left,
    lost_entry,
    lowered,
    narrowed,
    raised,
    rarer,
    removed,
    shortened,
    turned_off,
    turned_on,
    unheeds,
    widened,
)

RULES = [
    pytest.param(kind, type_, path, is_weaker, id=f"{type_}.{path}")
    for kind, rules in (
        (Kind.UNPROTECT, protection.RULES),
        (Kind.NOTICE, protection.CAPACITY),
        (Kind.WEAKEN, security.RULES),
    )
    for type_, attributes in rules.items()
    for path, (is_weaker, _) in attributes.items()
]
MEMBERS = [
    pytest.param(kind, members, id=f"{members.type}.{members.path}")
    for kind, lists in (
        (Kind.UNPROTECT, protection.MEMBERS),
        (Kind.WEAKEN, security.MEMBERS),
        (Kind.NOTICE, [protection.INDEXES]),
    )
    for members in lists
]

CANDIDATES: list[tuple[Any, Any]] = [
    ("arn:aws:kms:us-east-1:1:key/1", None),
    (
        [{"name": "maxmemory-policy", "value": "volatile-lfu"}],
        [{"name": "maxmemory-policy", "value": "allkeys-lfu"}],
    ),
    (35, 7),
    (3600, 43_200),
    (True, False),
    (False, True),
    ("Enabled", "Suspended"),
    (["a", "b"], ["a"]),
    ("COMPLIANCE", "GOVERNANCE"),
    ("aws:kms", "AES256"),
    ("BucketOwnerEnforced", "ObjectWriter"),
    ("required", "preferred"),
    ("SecureString", "String"),
    ("iam", "password"),
    ("KMS", "NONE"),
    ("ALL", "REJECT"),
    (["a"], ["a", "default"]),
    ({"S3": True}, {"S3": False}),
    ([{"block_public_acls": True}], [{"block_public_acls": False}]),
    ([{"enabled": False}], [{"enabled": True, "attribute_name": "ttl"}]),
    (None, '{"severity": ["critical"]}'),
]
"""Strong and weak values, of which at least one pair concerns each rule."""


def weakening(is_weaker: Weaker) -> tuple[Any, Any]:
    """A strong and a weak value of a rule's attribute."""
    return next(
        (strong, weak) for strong, weak in CANDIDATES if is_weaker(strong, weak) and not is_weaker(weak, strong)
    )


def nested(path: str, value: Any) -> dict[str, Any]:
    """Attributes with a value at a dotted path, through blocks."""
    first, _, rest = path.partition(".")
    return {first: [nested(rest, value)] if rest else value}


@pytest.mark.parametrize(("kind", "type_", "path", "is_weaker"), RULES)
def test_a_weaker_value_is_found_and_a_stronger_passes(kind: Kind, type_: str, path: str, is_weaker: Weaker) -> None:
    strong, weak = weakening(is_weaker)
    address, first = f"{type_}.x", path.partition(".")[0]
    better, worse = ({"id": "x", **nested(path, value)} for value in (strong, weak))

    (finding,) = findings_of(updated(address, better, **{first: worse[first]}))
    way_back = findings_of(updated(address, worse, **{first: better[first]}))

    assert (finding.kind, finding.blocks) == (kind, kind is not Kind.NOTICE)
    assert path in finding.what
    assert way_back == ()


@pytest.mark.parametrize(("kind", "type_", "path", "is_weaker"), RULES)
def test_a_value_that_is_not_known_yet_counts_as_weaker(kind: Kind, type_: str, path: str, is_weaker: Weaker) -> None:
    strong, _ = weakening(is_weaker)
    unknown = nested(path, value=True)

    (finding,) = findings_of(updated(f"{type_}.x", {"id": "x", **nested(path, strong)}, unknown=unknown))

    assert (finding.kind, finding.after) == (kind, "(known after apply)")
    assert "at worst" in finding.what


@pytest.mark.parametrize(("kind", "members"), MEMBERS)
def test_a_list_of_blocks_that_is_not_known_yet_can_not_be_judged(kind: Kind, members: Members) -> None:
    block = {members.key: "a", "storage": 1}
    change = updated(f"{members.type}.x", {members.path: [block]}, unknown={members.path: True})

    assert kind in {finding.kind for finding in findings_of(change)}


@pytest.mark.parametrize(
    ("before", "after", "blocks"),
    [
        pytest.param({"equals": ["a", "b"]}, {"equals": ["b"]}, True, id="a table less"),
        pytest.param({"equals": ["a"]}, {"equals": ["b", "a"]}, False, id="a table more"),
        pytest.param({"not_equals": ["a"]}, {"not_equals": ["a", "b"]}, True, id="one more is left out"),
        pytest.param({"not_equals": ["a", "b"]}, {"not_equals": ["a"]}, False, id="one less is left out"),
        pytest.param({"equals": []}, {"equals": ["a"]}, True, id="a condition is new"),
        pytest.param({"equals": ["a"]}, {"equals": []}, False, id="a condition is gone"),
    ],
)
def test_a_trail_that_records_less(before: dict[str, Any], after: dict[str, Any], blocks: bool) -> None:
    old, new = (
        [{"name": "items", "field_selector": [{"field": "resources.ARN", **condition}]}]
        for condition in (before, after)
    )

    found = findings_of(updated("aws_cloudtrail.x", {"advanced_event_selector": old}, advanced_event_selector=new))

    assert [finding.kind for finding in found] == [Kind.WEAKEN] * blocks


@pytest.mark.parametrize(("kind", "members"), MEMBERS)
def test_a_list_of_blocks_that_nobody_may_see_can_not_be_judged(kind: Kind, members: Members) -> None:
    change = sensitive(updated(f"{members.type}.x", {members.path: [{members.key: "a"}]}, name="y"), members.path)

    assert kind in {finding.kind for finding in findings_of(change)}


@pytest.mark.parametrize(("kind", "members"), MEMBERS)
def test_the_order_of_blocks_makes_no_difference(kind: Kind, members: Members) -> None:
    block, other = ({members.key: key, "schedule": "daily", "status": "Enabled"} for key in ("a", "b"))
    reordered: dict[str, Any] = {members.path: [other, block]}
    change = updated(f"{members.type}.x", {members.path: [block, other]}, **reordered)

    assert kind not in {finding.kind for finding in findings_of(change)}


DAILY = "cron(0 3 * * ? *)"
COPY = {"destination_vault_arn": "vault", "lifecycle": [{"delete_after": 90}]}


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
        (gained_entry, ["a"], ["a", "b"], True),
        (gained_entry, None, ["a"], True),
        (gained_entry, ["a", "b"], ["b"], False),
        (gained_entry, ["a"], None, False),
        (changed, "vpc-1", "vpc-2", True),
        (changed, None, "vpc-1", False),
        (raised, 90, 365, True),
        (raised, None, 365, False),
        (leaves_account, "arn:aws:kms:us-east-1:1:key/a", "arn:aws:kms:us-east-1:2:key/a", True),
        (leaves_account, "arn:aws:kms:us-east-1:1:key/a", "arn:aws:kms:us-west-2:1:key/b", False),
        (leaves_account, None, "arn:aws:kms:us-east-1:2:key/a", False),
        (leaves_account, "arn:aws:kms:us-east-1:1:key/a", "alias/aws/sns", True),
        (leaves_account, "alias/aws/sns", "alias/aws/sns", False),
        (leaves_account, None, "alias/aws/sns", False),
        (rarer, DAILY, "cron(30 5 * * ? *)", False),
        (rarer, DAILY, "cron(0 3 ? * SUN *)", True),
        (rarer, "cron(0 * * * ? *)", DAILY, True),
        (rarer, DAILY, "rate(7 days)", True),
        (rarer, DAILY, UNKNOWN, True),
        (narrowed, [], [{"prefix": "a/"}], True),
        (narrowed, [{"prefix": "a/"}], [{"prefix": ""}], False),
        (widened, [{"prefix": "a/"}], [{"prefix": "a/b/"}], False),
        (widened, [{"prefix": "a/"}], [{"prefix": "", "and": [{"prefix": "a/", "tags": {"x": "y"}}]}], False),
        (widened, [{"prefix": "a/"}], [{"prefix": "b/"}], True),
        (widened, [{"object_size_greater_than": 5}], [{"object_size_greater_than": 1}], True),
        (widened, [{"prefix": "a/"}], UNKNOWN, True),
        (unheeds, 'ALARM("a") OR ALARM("b")', 'ALARM("b")', True),
        (unheeds, 'ALARM("a")', "ALARM(b) OR ALARM(a)", False),
        (imposed, None, "{}", True),
        (imposed, "{}", None, False),
        (copied_less, [COPY], [COPY, {**COPY, "destination_vault_arn": "other"}], False),
        (copied_less, [COPY], [{**COPY, "destination_vault_arn": "other"}], True),
        (copied_less, [COPY], [{**COPY, "lifecycle": [{"delete_after": 7}]}], True),
        (copied_less, [COPY], [{**COPY, "lifecycle": [{"delete_after": 400}]}], False),
        *(
            (compare, HIDDEN, HIDDEN, True)
            for compare in (turned_off, lowered, raised, changed, lost_entry, leaves_account, leaves_kms)
        ),
        (left("Enabled"), HIDDEN, HIDDEN, True),
        (turned_on, HIDDEN, HIDDEN, True),
        (removed, HIDDEN, HIDDEN, False),
    ],
)
def test_which_value_is_weaker(compare: Weaker, before: Any, after: Any, is_weaker: bool) -> None:
    assert compare(before, after) == is_weaker
