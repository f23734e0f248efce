"""A server of AWS' JSON protocol that does what the test tells it, well or badly."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

Behaviour = Callable[[socket.socket], None]
"""What is done about one request; whoever wants the connection to end shuts it down."""


@dataclass(frozen=True)
class Received:
    """One request as the server got it."""

    action: str
    document: Any
    headers: Mapping[str, str]
    connection: int
    """Which one it came over, counted from 0."""


@dataclass
class Server:
    """Does one behaviour after the other, and answers `{}` when none is left."""

    port: int
    behaviours: list[Behaviour] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    connections: int = 0
    open_connections: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def end_connections(self) -> None:
        """Close the connections that clients keep, as a server does with idle ones."""
        for connection in self.open_connections:
            connection.shutdown(socket.SHUT_RDWR)

    def serve(self, connection: socket.socket, number: int) -> None:
        self.open_connections.append(connection)
        with connection, connection.makefile("rb") as stream:
            while request := _read_request(stream, number):
                self.received.append(request)
                behave = self.behaviours.pop(0) if self.behaviours else answer({})
                try:
                    behave(connection)
                except OSError:
                    return


def _read_request(stream: Any, number: int) -> Received | None:
    try:
        if not stream.readline():
            return None
    except OSError:
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = stream.read(int(headers["content-length"]))
    return Received(headers["x-amz-target"].partition(".")[2], json.loads(body), headers, number)


def response(
    body: bytes, *, status: int = 200, checksum: int | None = None, length: int | None = None, headers: str = ""
) -> bytes:
    return (
        f"HTTP/1.1 {status} Whatever\r\nContent-Type: application/x-amz-json-1.0\r\n"
        f"x-amz-crc32: {crc32(body) if checksum is None else checksum}\r\n"
        f"Content-Length: {len(body) if length is None else length}\r\n{headers}\r\n"
    ).encode() + body


def answer(document: Any, *, status: int = 200, **options: Any) -> Behaviour:
    return send(response(json.dumps(document).encode(), status=status, **options))


def send(data: bytes, *, in_pieces_of: int | None = None) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        for start in range(0, len(data), in_pieces_of or len(data)):
            connection.sendall(data[start : start + (in_pieces_of or len(data))])

    return behave


def hang_up(after: bytes = b"") -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(after)
        connection.shutdown(socket.SHUT_RDWR)

    return behave


def reset(after: bytes = b"") -> Behaviour:
    def behave(connection: socket.socket) -> None:
        connection.sendall(after)
        # A connection that is closed without lingering is reset; the error makes the server close it.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        raise ConnectionAbortedError

    return behave


def say_nothing(until: threading.Event) -> Behaviour:
    def behave(_: socket.socket) -> None:
        until.wait(60)

    return behave


@contextmanager
def running_server(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = Server(port=listening.getsockname()[1])

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            if tls is not None:
                try:
                    connection = tls.wrap_socket(connection, server_side=True)
                except OSError:
                    continue
            number, server.connections = server.connections, server.connections + 1
            threading.Thread(target=server.serve, args=(connection, number), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        accepting.join()
