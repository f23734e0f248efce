"""Values with unknown parts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validation.plan.values import UNKNOWN, at, blocks, differences, dotted, shown, with_unknowns

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text("ab", max_size=2),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text("ab", max_size=2), children, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "mask", "merged"),
    [
        ({"a": 1}, {"b": True}, {"a": 1, "b": UNKNOWN}),
        ({"a": [{"b": 1}]}, {"a": [{"c": True}]}, {"a": [{"b": 1, "c": UNKNOWN}]}),
        ({}, {"a": [True, False]}, {"a": [UNKNOWN, None]}),
        (None, True, UNKNOWN),
        (None, {}, None),
        ({"tags": None}, {"tags": {}}, {"tags": None}),
        ({"a": [1, 2]}, {"a": [False, True]}, {"a": [1, UNKNOWN]}),
    ],
)
def test_unknown_parts_are_marked(value: Any, mask: Any, merged: Any) -> None:
    assert with_unknowns(value, mask) == merged


@given(value=JSON)
def test_without_a_mask_nothing_changes(value: Any) -> None:
    assert with_unknowns(value, {}) == value


def test_a_path_passes_through_blocks_that_exist_once() -> None:
    values = {"recovery": [{"enabled": True}], "rules": [{"id": 1}, {"id": 2}], "late": UNKNOWN}

    assert at(values, "recovery.enabled") is True
    assert at(values, "recovery.days") is None
    assert at(values, "nothing.at.all") is None
    assert at(values, "rules.id") is None
    assert at(values, "late.enabled") is UNKNOWN
    assert [block["id"] for block in blocks(values, "rules")] == [1, 2]
    assert blocks(values, "late") == []


@given(value=JSON)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert list(differences(value, value)) == []


@given(before=JSON, after=JSON)
def test_differences_are_the_same_both_ways(before: Any, after: Any) -> None:
    there = [(path, old, new) for path, old, new in differences(before, after)]

    assert [(path, new, old) for path, old, new in differences(after, before)] == there


def test_a_difference_has_its_path() -> None:
    before = {"recovery": [{"enabled": True, "days": 35}], "tags": None, "list": [1]}
    after = {"recovery": [{"enabled": True, "days": 7}], "tags": {}, "list": [1, 2]}

    found = [(dotted(path), old, new) for path, old, new in differences(before, after)]

    assert found == [("list", [1], [1, 2]), ("recovery[0].days", 35, 7)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("pk", "pk"),
        ("", '""'),
        (None, "null"),
        (True, "true"),
        (UNKNOWN, "(known after apply)"),
        ([1, UNKNOWN], '[1, "(known after apply)"]'),
    ],
)
def test_values_are_shown_in_one_line(value: Any, text: str) -> None:
    assert shown(value) == text


def test_a_long_value_is_shortened() -> None:
    assert shown("x" * 1000).endswith("… (1000 characters)")
