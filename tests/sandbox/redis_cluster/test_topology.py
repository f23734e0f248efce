from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sandbox.redis_cluster import topology
from sandbox.redis_cluster.topology import SLOTS, Topology


def planned(shards: int, replicas: int) -> Topology:
    count = topology.address_count(shards=shards, replicas=replicas)
    addresses = [f"127.1.0.{number}" for number in range(1, count + 1)]
    return topology.plan(name="cache", shards=shards, replicas=replicas, addresses=addresses, port=6379)


@given(shards=st.integers(1, 90), replicas=st.integers(0, 1))
def test_every_slot_is_served_exactly_once(shards: int, replicas: int) -> None:
    ranges = [(shard.first_slot, shard.last_slot) for shard in planned(shards, replicas).shards]

    assert ranges[0][0] == 0
    assert ranges[-1][1] == SLOTS - 1
    assert all(left[1] + 1 == right[0] for left, right in pairwise(ranges))


@given(shards=st.integers(1, 90), replicas=st.integers(0, 1))
def test_shards_differ_by_one_slot_at_most(shards: int, replicas: int) -> None:
    sizes = {shard.last_slot - shard.first_slot + 1 for shard in planned(shards, replicas).shards}

    assert max(sizes) - min(sizes) <= 1


def test_every_node_has_an_address_of_its_own_and_none_is_the_endpoint() -> None:
    layout = planned(3, 1)

    addresses = [node.address for node in layout.nodes] + [layout.endpoint]

    assert len(set(addresses)) == 7


def test_nodes_are_named_as_elasticache_names_them() -> None:
    names = [node.name for node in planned(2, 1).nodes]

    assert names == ["cache-0001-001", "cache-0001-002", "cache-0002-001", "cache-0002-002"]


def test_a_topology_is_the_same_after_a_restart() -> None:
    layout = planned(3, 1)

    assert Topology.model_validate_json(layout.model_dump_json()) == layout


def test_a_shard_is_found_by_its_id() -> None:
    layout = planned(2, 0)

    assert layout.shard("0002") == layout.shards[1]
    assert layout.shard("2") is None
