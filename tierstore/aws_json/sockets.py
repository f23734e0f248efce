"""A pool of connections that are kept open between requests."""

from __future__ import annotations

import select
import socket
import ssl
import time
from collections import deque
from threading import BoundedSemaphore
from typing import Final, Protocol

from tierstore.aws_json.http import Response, read_response

MAXIMUM_CONNECTIONS: Final = 50
"""Open at once; a request beyond them waits for one to be given back."""
MAXIMUM_IDLE_SECONDS: Final = 20.0
"""After which a connection is not used again, lest something in between has forgotten it."""
_RECEIVE_BYTES: Final = 262_144


class HasFileno(Protocol):
    """A socket, of whatever library."""

    def fileno(self) -> int:
        """Number of its file descriptor."""


class Connection:
    """One connection, used by one thread at a time."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._idle_since = time.monotonic()

    @property
    def is_usable(self) -> bool:
        """Whether it may carry another request: not idle for too long, and with nothing to read, not even its end."""
        return time.monotonic() - self._idle_since < MAXIMUM_IDLE_SECONDS and not has_something_to_read(self._socket)

    def exchange(self, request: bytes, ends_at: float) -> Response:
        """Send a request and read its response; raises `OSError` or `BrokenResponseError` where that fails.

        `ends_at` is the moment of the monotonic clock at which `TimeoutError` is raised.
        """
        self._limit(ends_at)
        self._socket.sendall(request)
        reading = read_response()
        next(reading)
        try:
            while True:
                self._limit(ends_at)
                reading.send(self._socket.recv(_RECEIVE_BYTES))
        except StopIteration as finished:
            response: Response = finished.value
        self._idle_since = time.monotonic()
        return response

    def close(self) -> None:
        """Close it; whatever it carried is lost."""
        self._socket.close()

    def _limit(self, ends_at: float) -> None:
        left = ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the request is over")
        self._socket.settimeout(left)


def has_something_to_read(idle: HasFileno) -> bool:
    """Whether something arrived on a socket: between requests that can only be its end."""
    polling = select.poll()
    polling.register(idle, select.POLLIN)
    return bool(polling.poll(0))


class Pool:
    """Connections to one server; the one that was used last is used first, so that a busy few stay warm."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._idle: deque[Connection] = deque()
        self._places = BoundedSemaphore(MAXIMUM_CONNECTIONS)

    def take(self, seconds: float, connect_seconds: float) -> Connection:
        """A connection for one request; raises `OSError` where none can be had, `TimeoutError` where that takes long.

        Whoever takes it gives it back.
        """
        if not self._places.acquire(timeout=seconds):
            raise TimeoutError(f"all {MAXIMUM_CONNECTIONS} connections stayed busy")
        try:
            while self._idle:
                connection = self._idle.pop()
                if connection.is_usable:
                    return connection
                connection.close()
            return self._connect(min(seconds, connect_seconds))
        except BaseException:
            self._places.release()
            raise

    def give_back(self, connection: Connection, *, is_reusable: bool) -> None:
        """Keep the connection for another request, or close it."""
        if is_reusable:
            self._idle.append(connection)
        else:
            connection.close()
        self._places.release()

    def close(self) -> None:
        """Close every connection that is not in use."""
        while self._idle:
            self._idle.pop().close()

    def _connect(self, seconds: float) -> Connection:
        plain = socket.create_connection((self._host, self._port), timeout=seconds)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return Connection(self._tls.wrap_socket(plain, server_hostname=self._host) if self._tls else plain)
        except BaseException:
            plain.close()
            raise
