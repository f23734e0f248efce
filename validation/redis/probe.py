"""Looks at single Redis nodes from the client's side: does it answer, with what protection, in which role."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any, Final, cast

import redis

from validation.redis.access import ANSWER_SECONDS, CONNECT_SECONDS, Address, RedisAccess
from validation.redis.topology import Shard, shards

ACQUAINTANCE_SECONDS: Final = 5.0
"""Patience with a node that does not know all others yet; nodes exchange what they know every second."""
POLL_SECONDS: Final = 0.2
_RESP_TYPES: Final = b"+-:$*_#,(=%~>"
"""First bytes of a Redis answer (RESP2 and RESP3)."""


@dataclass(frozen=True, kw_only=True)
class Replication:
    """What a node says of its own replication."""

    is_primary: bool
    replicas_in_sync: int
    """Replicas that stream from this node, as it sees them."""
    link_up: bool
    """Whether this replica streams from its primary."""


def unreachable(address: Address) -> str | None:
    """Why no TCP connection can be made, or None where one can."""
    try:
        with socket.create_connection((address.host, address.port), timeout=CONNECT_SECONDS):
            return None
    except OSError as error:
        return error.strerror or str(error) or type(error).__name__


def tls_version(access: RedisAccess, address: Address) -> str:
    """The TLS version of a verified handshake, or why there was none."""
    try:
        with (
            socket.create_connection((address.host, address.port), timeout=CONNECT_SECONDS) as connection,
            access.tls_context().wrap_socket(connection, server_hostname=address.host) as secure,
        ):
            return secure.version() or "no TLS"
    except ssl.SSLError as error:
        return f"{error.reason or error}"
    except OSError as error:
        return error.strerror or str(error)


def speaks_plain_text(address: Address) -> bool:
    """Whether the node answers a PING that comes without TLS."""
    with socket.create_connection((address.host, address.port), timeout=CONNECT_SECONDS) as connection:
        connection.settimeout(ANSWER_SECONDS)
        answer = b""
        with contextlib.suppress(OSError):
            connection.sendall(b"PING\r\n")
            answer = connection.recv(64)
    return answer[:1] in {bytes([each]) for each in _RESP_TYPES}


def login(node: redis.Redis) -> str:
    """`accepted` or `refused`; raises what has nothing to do with the login."""
    try:
        node.ping()
    except redis.AuthenticationError:
        return "refused"
    finally:
        node.close()
    return "accepted"


def topology(access: RedisAccess, *, replicas: int = 0) -> tuple[Shard, ...]:
    """The cluster's shards as the configuration endpoint sees them.

    A node that has just started lists only replicas that it has heard of, so it gets some seconds to list `replicas`
    in each shard.
    """
    deadline = time.monotonic() + ACQUAINTANCE_SECONDS
    with access.node(access.endpoint) as node:
        while True:
            found = shards(cast("list[Any]", node.execute_command("CLUSTER SLOTS")), access.endpoint)
            if all(len(shard.replicas) >= replicas for shard in found) or time.monotonic() > deadline:
                return found
            time.sleep(POLL_SECONDS)


def replication(access: RedisAccess, address: Address) -> Replication:
    """The node's role and links."""
    with access.node(address) as node:
        return parse_replication(cast("dict[str, Any]", node.info("replication")))


def parse_replication(info: dict[str, Any]) -> Replication:
    """Read the replication section of INFO."""
    states = [
        value.get("state") for name, value in info.items() if name.startswith("slave") and isinstance(value, dict)
    ]
    return Replication(
        is_primary=info["role"] == "master",
        replicas_in_sync=states.count("online"),
        link_up=info.get("master_link_status") == "up",
    )
