from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from redis.crc import key_slot

from sandbox import administration, lifecycle
from sandbox.redis_cluster.cluster import RedisCluster
from sandbox.redis_cluster.node import Server
from sandbox.redis_cluster.topology import Shard
from sandbox.redis_cluster.view import look_at_itself
from tests.sandbox.conftest import PATIENCE, Sandbox


@pytest.fixture
def cluster(sandbox: Sandbox, replication_group: str) -> Iterator[RedisCluster]:
    """The shared cluster, healthy before and after."""
    running = sandbox.data_plane(replication_group)
    running.wait_until_healthy()
    yield running
    eventually(lambda: all(server.process is not None for server in running.servers))
    running.wait_until_healthy()


@pytest.fixture
def shard(cluster: RedisCluster) -> Shard:
    """The shard that the tests hurt."""
    return cluster.topology.shards[0]


def inject(sandbox: Sandbox, **fault: Any) -> dict[str, Any]:
    wanted = {"replication_group": "shared", "shard": "0001", **fault}
    return lifecycle.request(sandbox.connection, "POST", administration.FAULTS, wanted)


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def replica_of(cluster: RedisCluster, shard: Shard) -> Server:
    return next(cluster.server(node) for node in shard.nodes if node != cluster.primary(shard))


def answers(server: Server) -> bool:
    try:
        return bool(server.command("PING"))
    except redis.RedisError:
        return False


def hash_tag_of(server: Server) -> str:
    """A hash tag whose keys this primary serves."""
    served = [range(first, last + 1) for first, last in look_at_itself(server).slots]
    return next(f"{{{tag}}}" for tag in range(1000) if any(key_slot(b"%d" % tag) in slots for slots in served))
