"""Identifiers sort by the time at which they were made."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tierstore.identifiers import new_ulid

milliseconds = st.integers(0, 2**48 - 1)


@given(earlier=milliseconds, later=milliseconds)
def test_text_order_is_time_order(earlier: int, later: int) -> None:
    first, second = new_ulid(milliseconds=earlier), new_ulid(milliseconds=later)

    if earlier != later:
        assert (first < second) == (earlier < later)


def test_identifiers_of_one_millisecond_differ() -> None:
    assert len({new_ulid(milliseconds=0) for _ in range(1000)}) == 1000


def test_the_time_takes_the_first_ten_characters() -> None:
    """The specification's own example: 1469918176385 is 01ARYZ6S41 (github.com/ulid/spec)."""
    ulid = new_ulid(milliseconds=1_469_918_176_385)

    assert ulid.startswith("01ARYZ6S41")
    assert len(ulid) == 26
