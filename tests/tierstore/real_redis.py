"""A real Redis Cluster for tests: three shards with a replica each, over TLS, that can be hung, killed and revived."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import redis
from redis.crc import key_slot

from sandbox import certificates
from sandbox.redis_cluster import cluster as clusters
from sandbox.redis_cluster.access import User, password_hash
from sandbox.redis_cluster.cluster import Specification
from sandbox.redis_cluster.node import Server
from sandbox.redis_cluster.slots import spread
from tierstore.connection import BucketConnection, Connection, RedisConnection

PORT = 6390
USER = "app"
PASSWORD = "secret"
HUNG_SECONDS = 1.0
"""After which a node counts as hung, where one is; the others must answer within."""


@dataclass(frozen=True)
class RealRedis:
    """The cluster, and how the library finds it."""

    cluster: clusters.RedisCluster
    connection: Connection
    operators: dict[str, redis.Redis] = field(default_factory=dict)
    """Clients with every permission, by the names of the nodes; kept, since a TLS connection takes its time."""

    def primary_of(self, key: str) -> Server:
        """The server that serves the key now."""
        slot = key_slot(key.encode())
        shards = zip(self.cluster.topology.shards, spread(len(self.cluster.topology.shards)), strict=True)
        primary = self.cluster.primary(next(shard for shard, (first, last) in shards if first <= slot <= last))
        assert primary is not None
        return self.cluster.server(primary)

    def operator(self, key: str) -> redis.Redis:
        """A client of the key's primary that may do anything."""
        return self._operator(self.primary_of(key))

    def empty(self) -> None:
        """Forget every key."""
        for server in self.cluster.servers:
            # A replica follows its primary.
            with suppress(redis.ReadOnlyError):
                self._operator(server).flushall()

    @contextmanager
    def hung(self, server: Server) -> Iterator[None]:
        """Let a server keep its connections and answer nothing, and let nobody wait for it long."""
        process = server.process
        assert process is not None
        process.signal(signal.SIGSTOP)
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("tierstore.redis.routing.ANSWER_SECONDS", HUNG_SECONDS)
                yield
        finally:
            process.signal(signal.SIGCONT)
            self.cluster.wait_until_healthy()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop every server, and start them again with their data."""
        self.cluster.stop()
        try:
            yield
        finally:
            self._start_again()

    @contextmanager
    def killed(self, server: Server) -> Iterator[None]:
        """SIGKILL a server, so that its replica takes over, and start it again afterwards."""
        process = server.process
        assert process is not None
        process.signal(signal.SIGKILL)
        try:
            yield
        finally:
            self._start_again()

    def as_stranger(self) -> Connection:
        """A connection whose user has another password here than on the servers."""
        passwords = self.cluster.folder / "wrong-passwords.json"
        passwords.write_text(json.dumps({USER: "wrong"}))
        return replace(self.connection, redis_passwords_file=passwords)

    def close(self) -> None:
        """Close the clients."""
        for client in self.operators.values():
            client.close()

    def _operator(self, server: Server) -> redis.Redis:
        name = server.node.name
        if name not in self.operators:
            self.operators[name] = server.connect()
        return self.operators[name]

    def _start_again(self) -> None:
        self.cluster.start()
        self.cluster.wait_until_healthy()


@contextmanager
def running_redis(folder: Path) -> Iterator[RealRedis]:
    """Run a cluster in the folder, and leave nothing behind."""
    authority = certificates.ensure_authority(folder)
    cluster = clusters.create(
        Specification(
            name="test",
            shards=3,
            replicas=1,
            port=PORT,
            users=(
                User(
                    name=USER,
                    access_string="on ~* &* +@all -@admin -@dangerous +info",
                    password_hashes=(password_hash(PASSWORD),),
                ),
            ),
            parameters={},
        ),
        folder=folder / "cluster",
        authority=authority,
    )
    try:
        passwords = folder / "passwords.json"
        passwords.write_text(json.dumps({USER: PASSWORD}))
        connection = Connection(
            environment="test",
            region="us-east-1",
            tables={},
            buckets={name: BucketConnection(name=name) for name in ("assets", "uploads")},
            redis=RedisConnection(
                replication_group_id="test",
                host=cluster.topology.nodes[0].address,
                port=PORT,
                tls=True,
                user=USER,
                authentication="iam",
            ),
            ca_file=authority.certificate,
            redis_passwords_file=passwords,
        )
        running = RealRedis(cluster, connection)
        yield running
        running.close()
    finally:
        clusters.remove(folder / "cluster")
