"""One redis-server: its folder, its process, a connection to it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from sandbox import processes
from sandbox.processes import Process
from sandbox.redis_cluster.topology import Node
from toolchain import redis_server

OPERATOR = "sandbox-operator"
PID_FILE = "redis.pid"
_LOG_LIMIT = 4 * 1024 * 1024  # bytes
STOP_GRACE = 5.0  # seconds
_TIMEOUT = 2.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Server:
    """A node and the means to run it and to talk to it."""

    node: Node
    port: int
    folder: Path
    authority: Path
    operator_password: str

    @property
    def pid_file(self) -> Path:
        """The node's pid file."""
        return self.folder / PID_FILE

    @property
    def process(self) -> Process | None:
        """The running redis-server, or None."""
        return processes.of_pid_file(self.pid_file)

    def start(self) -> None:
        """Start redis-server unless it runs; it answers a moment later."""
        if self.process is not None:
            return
        processes.start(
            [redis_server.find(), self.folder / "redis.conf"],
            pid_file=self.pid_file,
            folder=self.folder,
            log=self.folder / "redis.log",
        )

    def stop(self) -> None:
        """End redis-server in order, its data on disk."""
        processes.stop(self.pid_file, grace=STOP_GRACE)

    def bound_log(self) -> None:
        """Keep the log from growing without end: redis-server opens it anew for each line, so it can be moved away."""
        log = self.folder / "redis.log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))

    def connect(self, *, decode: bool = True) -> redis.Redis:
        """Return a new client of this node alone, with every permission; it fails fast and never retries."""
        return _client(self.node.address, self.port, self.authority, self.operator_password, decode=decode)

    def command(self, *arguments: str | int) -> Any:
        """Run one command on this node; raise redis.RedisError where it fails."""
        client: Any = _kept_client(self.node.address, self.port, self.authority, self.operator_password)
        return client.execute_command(*arguments)


def _client(address: str, port: int, authority: Path, password: str, *, decode: bool) -> redis.Redis:
    return redis.Redis(
        host=address,
        port=port,
        username=OPERATOR,
        password=password,
        ssl=True,
        ssl_ca_certs=str(authority),
        socket_timeout=_TIMEOUT,
        socket_connect_timeout=_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
        decode_responses=decode,
    )


@functools.lru_cache(maxsize=256)
def _kept_client(address: str, port: int, authority: Path, password: str) -> redis.Redis:
    """A client whose connection is kept: to make one takes longer than most commands, and a broken one is renewed."""
    return _client(address, port, authority, password, decode=True)
