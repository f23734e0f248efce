from __future__ import annotations

import threading
from typing import Any, cast

import pytest
import redis

from sandbox.errors import SandboxError
from sandbox.redis_cluster import faults
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


def test_graceful_makes_the_replica_primary_and_kills_nothing(
    sandbox: Sandbox, cluster: RedisCluster, shard: Shard
) -> None:
    before = [server.process for server in cluster.servers]
    replica = replica_of(cluster, shard)

    report = inject(sandbox, fault="graceful")

    assert report["new_primary"] == replica.node.name
    assert cluster.primary(shard) == replica.node
    assert [server.process for server in cluster.servers] == before


def test_kill_makes_the_replica_primary_and_the_node_comes_back(
    sandbox: Sandbox, cluster: RedisCluster, shard: Shard
) -> None:
    replica = replica_of(cluster, shard)

    report = inject(sandbox, fault="kill")

    eventually(lambda: cluster.primary(shard) == replica.node)
    killed = next(server for server in cluster.servers if server.node.name == report["primary"])
    eventually(lambda: killed.process is not None and answers(killed) and is_in_sync(killed))
    assert killed.command("INFO", "replication")["role"] == "slave"


def test_kill_lagging_loses_what_was_acknowledged_but_nothing_that_wait_acknowledged(
    sandbox: Sandbox, cluster: RedisCluster, shard: Shard
) -> None:
    primary = cluster.primary(shard)
    assert primary is not None
    writer = Writer(cluster.server(primary))
    writer.start()
    eventually(lambda: len(writer.acknowledged) > 100 and bool(writer.waited))

    inject(sandbox, fault="kill-lagging")

    writer.join()
    replica = replica_of(cluster, shard)
    eventually(lambda: cluster.primary(shard) not in (None, primary))
    successor = cluster.primary(shard)
    assert successor is not None
    with cluster.server(successor).connect() as client:
        kept = {int(key.partition("}")[2]) for key in client.scan_iter(f"{writer.prefix}*", count=10_000)}
    assert replica.node.shard == shard.id
    assert set(writer.acknowledged) - kept
    assert not set(writer.waited) - kept


def test_kill_lagging_waits_for_a_write_that_the_replicas_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    offsets = iter([7, 7, 7, 8])
    monkeypatch.setattr(faults, "replication_offset", lambda _: next(offsets))
    monkeypatch.setattr("time.sleep", lambda _: None)

    faults._let_lag(cast("Server", None))

    assert list(offsets) == []


def test_cut_replica_leaves_the_primary_and_mends_by_itself(
    sandbox: Sandbox, cluster: RedisCluster, shard: Shard
) -> None:
    primary, replica = cluster.primary(shard), replica_of(cluster, shard)

    inject(sandbox, fault="cut-replica", seconds=4)

    assert not is_in_sync(replica)
    eventually(lambda: is_in_sync(replica))
    assert cluster.primary(shard) == primary


def test_hang_makes_the_replica_primary_and_ends_by_itself(
    sandbox: Sandbox, cluster: RedisCluster, shard: Shard
) -> None:
    replica = replica_of(cluster, shard)
    hanging = cluster.primary(shard)

    inject(sandbox, fault="hang", seconds=10)

    eventually(lambda: cluster.primary(shard) == replica.node)
    assert hanging is not None
    eventually(lambda: answers(cluster.server(hanging)) and is_in_sync(cluster.server(hanging)))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"fault": "kill", "shard": "0007"}, "no shard '0007'; allowed: 0001, 0002, 0003"),
        ({"fault": "kill", "replication_group": "unknown"}, "no running replication group 'unknown'; running: "),
        ({"fault": "explode"}, "fault: Input should be 'graceful', 'kill', 'kill-lagging', 'cut-replica' or 'hang'"),
        ({"fault": "hang", "seconds": 0}, "seconds: Input should be greater than 0"),
        ({"fault": "hang", "minutes": 1}, "minutes: Extra inputs are not permitted"),
    ],
)
@pytest.mark.usefixtures("replication_group")
def test_impossible_faults_are_refused(sandbox: Sandbox, fault: dict[str, Any], reason: str) -> None:
    with pytest.raises(SandboxError) as refusal:
        inject(sandbox, **fault)

    assert reason in str(refusal.value)


class Writer(threading.Thread):
    """Writes to one node until that fails; every hundredth write waits for the replica."""

    def __init__(self, server: Server) -> None:
        super().__init__(daemon=True)
        self._client: Any = server.connect()
        self.prefix = hash_tag_of(server)
        self.acknowledged: list[int] = []
        self.waited: list[int] = []

    def run(self) -> None:
        number = 0
        try:
            while True:
                number += 1
                self._client.set(f"{self.prefix}{number}", number)
                self.acknowledged.append(number)
                if number % 100 == 0 and self._client.execute_command("WAIT", 1, 50):
                    self.waited.append(number)
        except redis.ConnectionError:
            return
