"""Shards, slots and the keys that land on them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from validation.redis.access import Address
from validation.redis.topology import SLOTS, parse_slot_ranges, shards, tag_for, unserved

ASKED = Address(host="endpoint", port=6379)
ANSWER = [
    [8192, 16383, ["node-b", 6379, "id-b"], ["node-d", 6379, "id-d"]],
    [0, 8191, ["node-a", 6379, "id-a"], ["node-c", 6379, "id-c"]],
]


def test_shards_come_in_the_order_of_their_slots() -> None:
    found = shards(ANSWER, ASKED)

    assert [shard.primary.host for shard in found] == ["node-a", "node-b"]
    assert [[replica.host for replica in shard.replicas] for shard in found] == [["node-c"], ["node-d"]]
    assert unserved(found) == ()


def test_ranges_of_one_primary_are_one_shard() -> None:
    found = shards([[0, 99, ["node-a", 6379]], [200, 299, ["node-a", 6379]]], ASKED)

    assert [shard.slots for shard in found] == [(range(100), range(200, 300))]
    assert (found[0].serves(150), found[0].serves(250)) == (False, True)


def test_a_node_without_a_name_is_the_one_that_was_asked() -> None:
    assert shards([[0, 16383, [b"", 6380, b"id"]]], ASKED)[0].primary == Address(host="endpoint", port=6380)


def test_slots_that_nobody_serves_are_found() -> None:
    assert unserved(shards([[0, 16380, ["node-a", 6379]]], ASKED)) == (16381, 16382, 16383)


@given(st.integers(min_value=0, max_value=SLOTS - 30), st.integers(min_value=30, max_value=4000))
def test_a_tag_lands_in_its_slots(first: int, length: int) -> None:
    slots = range(first, min(first + length, SLOTS))

    assert key_slot(f"validation:{{{tag_for([slots])}}}:key".encode()) in slots


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("0-5460", (range(5461),)),
        ("0-99,200-299", (range(100), range(200, 300))),
        ("0-99, 150", (range(100), range(150, 151))),
    ],
)
def test_reads_the_slots_of_a_node_group(text: str, ranges: tuple[range, ...]) -> None:
    assert parse_slot_ranges(text) == ranges
