from __future__ import annotations

from sandbox.redis_cluster import topology
from sandbox.redis_cluster.topology import Topology


def planned(shards: int, replicas: int) -> Topology:
    count = topology.address_count(shards=shards, replicas=replicas)
    addresses = [f"127.1.0.{number}" for number in range(1, count + 1)]
    return topology.plan(name="cache", shards=shards, replicas=replicas, addresses=addresses, port=6379)


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


def test_who_is_there_stays_where_it_is_when_others_come_and_go() -> None:
    layout = planned(2, 1)
    wanted = {"0001": ["cache-0001-001"], "0003": ["cache-0003-001"]}

    changed = topology.reshaped(layout, wanted, addresses=["127.1.0.99"])

    assert [(node.name, node.address) for node in changed.nodes] == [
        ("cache-0001-001", "127.1.0.1"),
        ("cache-0003-001", "127.1.0.99"),
    ]
    assert changed.endpoint == layout.endpoint
