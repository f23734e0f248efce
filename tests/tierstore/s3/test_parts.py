"""A file is cut into parts that S3 takes and that make it up again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tierstore.declaration.buckets import LARGEST_OBJECT
from tierstore.errors import TooLargeError
from tierstore.s3.parts import MEBIBYTE, MOST_PARTS, USUAL_PART, cut, part_size


@given(st.integers(1, 10**7), st.integers(10**4, 10**6))
def test_parts_follow_each_other_from_the_first_byte_to_the_last(size: int, part_bytes: int) -> None:
    parts = cut(size, part_bytes)

    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert [part.offset for part in parts] == [sum(p.length for p in parts[: part.number - 1]) for part in parts]
    assert sum(part.length for part in parts) == size
    assert {part.length for part in parts[:-1]} <= {part_bytes}


@given(st.integers(0, LARGEST_OBJECT))
def test_a_file_of_any_size_has_parts_that_s3_takes(size: int) -> None:
    part_bytes = part_size(size)

    assert -(-size // part_bytes) <= MOST_PARTS
    assert 5 * MEBIBYTE <= part_bytes <= 5 * 1024 * MEBIBYTE
    assert part_bytes % MEBIBYTE == 0


def test_the_usual_part_is_kept_as_long_as_there_are_not_too_many() -> None:
    assert part_size(USUAL_PART * MOST_PARTS) == USUAL_PART
    assert part_size(USUAL_PART * MOST_PARTS + 1) == USUAL_PART + MEBIBYTE


def test_an_empty_file_has_no_parts() -> None:
    assert cut(0, USUAL_PART) == ()


def test_a_file_larger_than_any_object_is_refused() -> None:
    with pytest.raises(TooLargeError, match="more than S3 stores"):
        part_size(LARGEST_OBJECT + 1)


def test_a_part_names_its_first_and_last_byte() -> None:
    assert [part.range for part in cut(10, 4)] == ["bytes=0-3", "bytes=4-7", "bytes=8-9"]
