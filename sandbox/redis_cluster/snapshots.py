"""RDB files of a cluster: one for each shard, as ElastiCache keeps and exports them."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import redis

from sandbox.errors import SandboxError
from sandbox.redis_cluster.node import OPERATOR, Server
from toolchain import redis_server

if TYPE_CHECKING:
    from sandbox.redis_cluster.cluster import RedisCluster

_READY_SECONDS = 30.0
_POLL = 0.05  # seconds
_KEYS_AT_ONCE = 500


def save(cluster: RedisCluster) -> dict[str, bytes]:
    """Return the RDB file of every shard by its id, from its primary; raise SandboxError where one has none now."""
    files: dict[str, bytes] = {}
    for shard in cluster.topology.shards:
        primary = cluster.primary(shard)
        if primary is None:
            raise SandboxError(f"Shard {shard.id} of {cluster.topology.name} has no primary now.")
        server = cluster.server(primary)
        _save(server)
        files[shard.id] = (server.folder / "dump.rdb").read_bytes()
    return files


def _save(server: Server) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            server.command("SAVE")
        except redis.ResponseError as error:
            # As for a replica that comes back.
            if "save already in progress" not in str(error) or time.monotonic() > deadline:
                raise
        else:
            return
        time.sleep(_POLL)


def load(cluster: RedisCluster, files: Iterable[Path]) -> None:
    """Copy every key of RDB files into a cluster, whatever shards they come from; raise SandboxError for another file.

    A passing redis-server of no cluster reads each file, since only Redis itself knows every format.
    """
    with _client(cluster) as target:
        for file in files:
            with _serving(file) as source:
                for key in source.scan_iter(count=_KEYS_AT_ONCE):
                    value, lifetime = source.dump(key), source.pttl(key)
                    if value is not None:  # it has not expired meanwhile
                        target.restore(key, max(int(lifetime), 0), value, replace=True)


def _client(cluster: RedisCluster) -> redis.RedisCluster:
    return redis.RedisCluster(
        host=cluster.topology.nodes[0].address,
        port=cluster.topology.port,
        username=OPERATOR,
        password=cluster.operator_password,
        ssl=True,
        ssl_ca_certs=str(cluster.authority.certificate),
    )


@contextmanager
def _serving(file: Path) -> Iterator[redis.Redis]:
    """A client of a redis-server that holds what the file holds, and nothing else."""
    with tempfile.TemporaryDirectory(prefix="rdb-") as folder:  # a socket's path is short
        socket = Path(folder) / "socket"
        settings: Mapping[str, str] = {
            "port": "0",
            "unixsocket": str(socket),
            "dir": str(file.parent),
            "dbfilename": file.name,
            "appendonly": "no",
            "save": "",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with subprocess.Popen(
            [redis_server.find(), *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as server:
            try:
                client = redis.Redis(unix_socket_path=str(socket))
                _wait_until_loaded(client, server, file)
                yield client
            finally:
                server.kill()


def _wait_until_loaded(client: redis.Redis, server: subprocess.Popen[str], file: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            client.ping()
        except redis.RedisError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                server.kill()
                last = server.communicate()[0].strip().rpartition("\n")[2]
                raise SandboxError(f"{file.name} is no RDB file that Redis reads: {last}") from error
        else:
            return
        time.sleep(_POLL)
