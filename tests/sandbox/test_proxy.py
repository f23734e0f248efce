from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration


def answer(sandbox: Sandbox, request: str) -> str:
    """The first line that the proxy answers."""
    port = urlsplit(sandbox.connection.proxy).port
    with socket.create_connection(("127.0.0.1", port), timeout=300) as connection:
        connection.sendall(f"{request} HTTP/1.1\r\n\r\n".encode())
        return connection.recv(1024).decode().partition("\r\n")[0]


@pytest.mark.parametrize("host", ["127.0.0.1", "000000000000.127.0.0.1"])
def test_the_gateway_is_reached_by_each_of_its_names(sandbox: Sandbox, host: str) -> None:
    port = urlsplit(sandbox.connection.endpoint).port

    assert answer(sandbox, f"CONNECT {host}:{port}") == "HTTP/1.1 200 Connection established"


@pytest.mark.parametrize("request_", ["CONNECT example.org:443", "CONNECT 127.0.0.1:22", "GET http://example.org/"])
def test_nothing_else_is_reached(sandbox: Sandbox, request_: str) -> None:
    assert answer(sandbox, request_) == "HTTP/1.1 403 Forbidden"
