"""Which patterns cover which, against every string of a small alphabet."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from validation.plan.policy.patterns import Everything, covers, extent_covers, may_meet

PATTERNS = st.text(alphabet="ab*?", max_size=5)
STRINGS = ["".join(letters) for length in range(6) for letters in product("ab", repeat=length)]


def matches(pattern: str) -> set[str]:
    return {string for string in STRINGS if fnmatchcase(string, pattern)}


@given(general=PATTERNS, special=PATTERNS)
def test_what_is_covered_is_matched(general: str, special: str) -> None:
    if covers(general, special):
        assert matches(special) <= matches(general)


@given(pattern=PATTERNS)
def test_a_pattern_covers_itself_and_the_star_covers_all(pattern: str) -> None:
    assert covers(pattern, pattern)
    assert covers("*", pattern)


@given(pattern=PATTERNS, string=st.text(alphabet="ab", max_size=5))
def test_a_plain_string_is_covered_exactly_if_it_matches(pattern: str, string: str) -> None:
    assert covers(pattern, string) == fnmatchcase(string, pattern)


@given(one=PATTERNS, other=PATTERNS)
def test_patterns_that_share_a_string_may_meet(one: str, other: str) -> None:
    if matches(one) & matches(other):
        assert may_meet(one, other)
    assert may_meet(one, other) == may_meet(other, one)


def test_patterns_with_different_ends_never_meet() -> None:
    assert not may_meet("s3:Get*", "s3:Put*")
    assert not may_meet("a", "")
    assert may_meet("*a", "a*")


def test_a_long_pattern_is_no_trouble() -> None:
    assert covers("*a" * 500 + "*", "a" * 2000)
    assert not may_meet("a*" * 50 + "b", "a" * 300)


def test_everything_but_some_covers_what_avoids_them() -> None:
    most = Everything(frozenset({"iam:*", "sts:*"}))

    assert extent_covers(most, "s3:get*")
    assert not extent_covers(most, "iam:getuser")
    assert not extent_covers(most, "*")
    assert extent_covers("*", most)
    assert not extent_covers("s3:*", most)
    assert extent_covers(Everything(frozenset({"iam:get*"})), Everything(frozenset({"iam:*"})))
    assert not extent_covers(Everything(frozenset({"iam:*"})), Everything(frozenset({"iam:get*"})))
