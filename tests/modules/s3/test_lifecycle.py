from __future__ import annotations

from typing import Any

import pytest

from environments.schema import BucketSettings, LifecycleRule
from modules.s3.lifecycle import lifecycle_rules


def rule_for(rule: LifecycleRule) -> Any:
    """What becomes of a rule for some objects."""
    return lifecycle_rules(BucketSettings(lifecycle=(rule,)))[-1]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"prefix": "drafts/"}, {"prefix": "drafts/"}),
        ({"larger_than_bytes": 10}, {"object_size_greater_than": 10}),
        ({"smaller_than_bytes": 10}, {"object_size_less_than": 10}),
        ({"larger_than_bytes": 0}, {"object_size_greater_than": 0}),
    ],
)
def test_a_single_criterion_stands_by_itself(selection: dict[str, Any], expected: dict[str, Any]) -> None:
    (filter_,) = rule_for(LifecycleRule(id="some", expiration_days=1, **selection)).filter

    assert {name: getattr(filter_, name) for name in expected} == expected
    assert filter_.and_ is None


def test_a_single_tag_stands_by_itself() -> None:
    (filter_,) = rule_for(LifecycleRule(id="some", expiration_days=1, tags={"retention": "short"})).filter

    assert [(tag.key, tag.value) for tag in filter_.tag] == [("retention", "short")]
    assert filter_.and_ is None


@pytest.mark.parametrize(
    "selection",
    [
        {"tags": {"retention": "short", "kind": "export"}},
        {"tags": {"retention": "short"}, "prefix": "exports/"},
        {"larger_than_bytes": 1, "smaller_than_bytes": 9},
    ],
)
def test_several_criteria_stand_together(selection: dict[str, Any]) -> None:
    (filter_,) = rule_for(LifecycleRule(id="some", expiration_days=1, **selection)).filter

    (together,) = filter_.and_
    assert together.tags == selection.get("tags")
    assert together.prefix == selection.get("prefix")
    assert together.object_size_greater_than == selection.get("larger_than_bytes")
    assert filter_.prefix is None


def test_some_objects_move_and_expire_as_set() -> None:
    rule = rule_for(
        LifecycleRule(
            id="large", larger_than_bytes=9, transition_days=0, storage_class="GLACIER_IR", expiration_days=30
        )
    )

    assert [(each.days, each.storage_class) for each in rule.transition] == [(0, "GLACIER_IR")]
    assert [each.days for each in rule.expiration] == [30]
