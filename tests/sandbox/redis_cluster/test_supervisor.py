"""How dead nodes are replaced, with real nodes that die."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import redis

from sandbox.redis_cluster.cluster import RedisCluster, is_in_sync
from sandbox.redis_cluster.node import Server
from sandbox.redis_cluster.topology import Shard
from tests.sandbox.conftest import Sandbox
from tests.sandbox.redis_cluster.conftest import answers, eventually, hash_tag_of, inject, replica_of

pytestmark = [
    pytest.mark.integration,
    # Python's ssl drops a socket unclosed where the peer dies between TCP's and TLS' handshake.
    pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning"),
]


@pytest.fixture
def primary(cluster: RedisCluster, shard: Shard) -> Server:
    """The shard's primary before the test."""
    node = cluster.primary(shard)
    assert node is not None
    return cluster.server(node)


@pytest.fixture
def replica(cluster: RedisCluster, shard: Shard) -> Server:
    """The shard's replica before the test."""
    return replica_of(cluster, shard)


@pytest.fixture
def unelectable(replica: Server) -> Iterator[Server]:
    """The replica, which never stands for election."""
    replica.command("CONFIG SET", "cluster-replica-no-failover", "yes")
    yield replica
    replica.command("CONFIG SET", "cluster-replica-no-failover", "no")


def test_a_replica_that_is_not_elected_is_ordered_to_take_over(
    sandbox: Sandbox, cluster: RedisCluster, shard: Shard, primary: Server, unelectable: Server
) -> None:
    inject(sandbox, fault="kill")

    eventually(lambda: cluster.primary(shard) == unelectable.node)
    eventually(lambda: has_come_back(primary))
    assert cluster.primary(shard) == unelectable.node


def test_a_primary_that_dies_soon_after_two_failovers_comes_back_as_a_replica(
    sandbox: Sandbox, cluster: RedisCluster, shard: Shard, primary: Server, replica: Server
) -> None:
    inject(sandbox, fault="kill")
    eventually(lambda: cluster.primary(shard) == replica.node and has_come_back(primary))
    cluster.wait_until_healthy()
    inject(sandbox, fault="graceful")
    cluster.wait_until_healthy()

    inject(sandbox, fault="kill")

    # The replica still holds the votes of its first election.
    eventually(lambda: cluster.primary(shard) == replica.node)
    eventually(lambda: has_come_back(primary))
    cluster.wait_until_healthy()
    assert cluster.primary(shard) == replica.node


def test_a_replica_that_was_never_in_sync_does_not_replace_a_primary(
    sandbox: Sandbox, cluster: RedisCluster, shard: Shard, primary: Server, replica: Server
) -> None:
    key = hash_tag_of(primary)
    primary.command("SET", key, "kept")
    primary.command("CONFIG SET", "repl-diskless-sync-delay", "3600")
    before = replica.process
    assert before is not None
    before.signal(signal.SIGKILL)
    eventually(lambda: replica.process not in (None, before) and answers(replica))

    inject(sandbox, fault="kill")

    eventually(lambda: has_come_back(primary) and has_come_back(replica))
    assert cluster.primary(shard) == primary.node
    assert primary.command("GETDEL", key) == "kept"


def has_come_back(server: Server) -> bool:
    try:
        return server.process is not None and is_in_sync(server)
    except redis.RedisError:
        return False
