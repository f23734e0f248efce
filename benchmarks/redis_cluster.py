"""A Redis Cluster of three shards on this machine, over TLS, for as long as something is measured."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis.cluster import ClusterNode, RedisCluster

from sandbox import certificates
from sandbox.redis_cluster import cluster as clusters
from sandbox.redis_cluster.access import User, password_hash
from sandbox.redis_cluster.cluster import Specification
from tierstore.connection import Connection

PORT = 6391
USER = "app"
PASSWORD = "measured"  # noqa: S105 - of servers that this process starts and ends


@contextmanager
def running() -> Iterator[Connection]:
    """Start a cluster; the connection lacks every other tier."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        authority = certificates.ensure_authority(folder)
        user = User(name=USER, access_string="on ~* &* +@all", password_hashes=(password_hash(PASSWORD),))
        cluster = clusters.create(
            Specification(name="bench", shards=3, replicas=0, port=PORT, users=(user,), parameters={}),
            folder=folder / "cluster",
            authority=authority,
        )
        try:
            passwords = folder / "passwords.json"
            passwords.write_text(json.dumps({USER: PASSWORD}))
            document = {
                "version": 1,
                "environment": "bench",
                "region": "us-east-1",
                "tables": {"core": {"name": "core"}, "state": {"name": "state"}},
                "buckets": {"assets": {"name": "assets"}, "uploads": {"name": "uploads"}},
                "redis": {
                    "replication_group_id": "bench",
                    "host": cluster.topology.nodes[0].address,
                    "port": PORT,
                    "tls": True,
                    "user": USER,
                    "authentication": "iam",
                },
            }
            variables = {
                "AWS_CA_BUNDLE": str(authority.certificate),
                "TIERSTORE_REDIS_PASSWORDS_FILE": str(passwords),
            }
            yield Connection.parse(json.dumps(document), variables=variables)
        finally:
            clusters.remove(folder / "cluster")


def redis_options(connection: Connection) -> dict[str, Any]:
    """What redis-py and what is built on it needs to reach the same cluster."""
    return {
        "host": connection.redis.host,
        "port": connection.redis.port,
        "username": USER,
        "password": PASSWORD,
        "ssl": True,
        "ssl_ca_certs": str(connection.ca_file),
    }


def redis_py(connection: Connection) -> RedisCluster:
    """redis-py's own client."""
    return RedisCluster(**redis_options(connection))


def get(client: RedisCluster, name: str) -> bytes | None:
    """What lies under a key."""
    return client.get(name)  # type: ignore[return-value]  # bytes, as this client does not decode


def node(connection: Connection) -> ClusterNode:
    """Where redis-py starts to look for the cluster."""
    return ClusterNode(connection.redis.host, connection.redis.port)  # type: ignore[no-untyped-call]


def url(connection: Connection) -> str:
    """The same as redis-py's URL."""
    return (
        f"rediss://{USER}:{PASSWORD}@{connection.redis.host}:{connection.redis.port}?ssl_ca_certs={connection.ca_file}"
    )
