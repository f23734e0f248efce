"""What single nodes are seen to do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from validation.redis.access import Address
from validation.redis.probe import Replication, parse_replication, speaks_plain_text, unreachable


@contextmanager
def listening(answer: bytes) -> Iterator[Address]:
    """A server that answers one connection with `answer` and closes it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with closing(connection):
                connection.recv(64)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield Address(host="127.0.0.1", port=server.getsockname()[1])
        thread.join()


@pytest.mark.parametrize(
    ("answer", "plain"),
    [
        (b"+PONG\r\n", True),
        (b"-NOAUTH Authentication required.\r\n", True),
        (b"-DENIED Redis is running in protected mode\r\n", True),
        (b"", False),
        (b"\x15\x03\x03\x00\x02\x02\x46", False),
    ],
    ids=["answer", "refusal in plain text", "protected mode", "closed", "TLS alert"],
)
def test_any_answer_in_redis_own_protocol_is_plain_text(answer: bytes, *, plain: bool) -> None:
    with listening(answer) as address:
        assert speaks_plain_text(address) is plain


def test_says_why_nothing_can_be_reached() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))

        assert unreachable(Address(host="127.0.0.1", port=taken.getsockname()[1])) == "Connection refused"
    assert unreachable(Address(host="no-such-host.invalid", port=6379)) is not None


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (
            {
                "role": "master",
                "connected_slaves": 2,
                "slave0": {"state": "online"},
                "slave1": {"state": "wait_bgsave"},
            },
            Replication(is_primary=True, replicas_in_sync=1, link_up=False),
        ),
        (
            {"role": "slave", "master_link_status": "up", "slave_repl_offset": 7},
            Replication(is_primary=False, replicas_in_sync=0, link_up=True),
        ),
        (
            {"role": "slave", "master_link_status": "down"},
            Replication(is_primary=False, replicas_in_sync=0, link_up=False),
        ),
    ],
    ids=["primary", "replica in sync", "replica behind"],
)
def test_reads_what_a_node_says_of_its_replication(info: dict[str, Any], expected: Replication) -> None:
    assert parse_replication(info) == expected
