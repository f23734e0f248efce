from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sandbox.redis_cluster.slots import SLOTS, moves, spread

shard_counts = st.integers(1, 90)


def served(shards: int) -> dict[str, set[int]]:
    return {f"{number:04d}": set(range(first, last + 1)) for number, (first, last) in enumerate(spread(shards), 1)}


def moved(owned: dict[str, set[int]], wanted: list[str]) -> dict[str, set[int]]:
    """Who serves what after the moves."""
    after = {shard: set(slots) for shard, slots in owned.items()}
    for move in moves(owned, wanted):
        assert after[move.source] >= set(move.slots)
        after[move.source] -= set(move.slots)
        after[move.target] |= set(move.slots)
    return after


@given(shards=shard_counts)
def test_every_slot_is_served_exactly_once(shards: int) -> None:
    found = spread(shards)

    assert found[0][0] == 0
    assert found[-1][1] == SLOTS - 1
    assert all(left[1] + 1 == right[0] for left, right in pairwise(found))


@given(shards=shard_counts)
def test_shards_differ_by_one_slot_at_most(shards: int) -> None:
    sizes = {last - first + 1 for first, last in spread(shards)}

    assert max(sizes) - min(sizes) <= 1


@given(before=shard_counts, after=shard_counts)
def test_more_shards_or_fewer_serve_all_slots_evenly(before: int, after: int) -> None:
    wanted = [f"{number:04d}" for number in range(1, after + 1)]
    owned = {shard: set[int]() for shard in wanted} | served(before)

    result = moved(owned, wanted)

    sizes = {len(result[shard]) for shard in wanted}
    assert max(sizes) - min(sizes) <= 1
    assert not any(slots for shard, slots in result.items() if shard not in wanted)
    assert set().union(*result.values()) == set(range(SLOTS))


@given(shards=shard_counts)
def test_nothing_moves_where_all_is_even(shards: int) -> None:
    owned = served(shards)

    assert not list(moves(owned, sorted(owned)))


def test_no_slot_moves_between_shards_that_stay() -> None:
    found = list(moves({**served(2), "0003": set()}, ["0001", "0002", "0003"]))

    assert {move.target for move in found} == {"0003"}
    assert sum(len(move.slots) for move in found) == SLOTS // 3
