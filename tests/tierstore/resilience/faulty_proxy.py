"""A proxy in front of DynamoDB that throttles, fails, falls silent and breaks connections, as its dice say."""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

FAULTS: Final = 0.2
"""Share of the requests that meet with one."""
SILENCE_SECONDS: Final = 1.0
"""Longer than the processes under test wait."""


class _Faulty(BaseHTTPRequestHandler):
    """Forwards requests, or does not; answers, or does not."""

    protocol_version = "HTTP/1.1"
    upstream: ClassVar[str]
    tls: ClassVar[ssl.SSLContext]
    dice: ClassVar[random.Random]
    injected: ClassVar[Counter[str]]

    def setup(self) -> None:
        """Begin with a client's connection."""
        super().setup()
        self._upstream = HTTPSConnection(urlsplit(self.upstream).netloc, context=self.tls)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.dice.random() >= FAULTS:
            self._answer(*self._forward(body))
            return
        fault = self.dice.choice(
            ("throttled", "refused", "failed after", "reset before", "reset within", "reset after", "silent", "damaged")
        )
        self.injected[fault] += 1
        getattr(self, "_" + fault.replace(" ", "_"))(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base's name
        """Say nothing of each request."""

    def _throttled(self, _: bytes) -> None:
        self._answer(400, b'{"__type": "ProvisionedThroughputExceededException", "message": "injected"}', {})

    def _refused(self, _: bytes) -> None:
        self._answer(500, b'{"__type": "InternalServerError", "message": "injected"}', {})

    def _failed_after(self, body: bytes) -> None:
        self._forward(body)
        self._refused(body)

    def _reset_before(self, _: bytes) -> None:
        self._reset()

    def _reset_within(self, body: bytes) -> None:
        status, content, headers = self._forward(body)
        self._answer(status, content[: len(content) // 2], headers, length=len(content) + 1)
        self._reset()

    def _reset_after(self, body: bytes) -> None:
        self._forward(body)
        self._reset()

    def _silent(self, body: bytes) -> None:
        self._forward(body)
        time.sleep(SILENCE_SECONDS)
        self._reset()

    def _damaged(self, body: bytes) -> None:
        status, content, headers = self._forward(body)
        self._answer(status, content[::-1], headers)

    def _forward(self, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        connection = self._upstream
        connection.putrequest("POST", "/", skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())

    def _answer(self, status: int, content: bytes, headers: dict[str, str], *, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() in {"x-amz-crc32", "content-type"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        self.wfile.flush()
        # A connection that is closed without lingering is reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()
        self.close_connection = True

    def finish(self) -> None:
        """End a client's connection; whoever was reset is gone already."""
        self._upstream.close()
        try:
            super().finish()
        except (OSError, ValueError):
            self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request: Any, _address: Any) -> None:
        """A client that was killed, or did not wait, is no error."""


@contextmanager
def faulty_proxy(upstream: str, tls: ssl.SSLContext, seed: int) -> Iterator[tuple[str, Counter[str]]]:
    """Where the proxy listens, and the faults that it has injected so far."""
    injected: Counter[str] = Counter()
    handler = type(
        "Handler",
        (_Faulty,),
        {
            "upstream": upstream,
            "tls": tls,
            "dice": random.Random(seed),
            "injected": injected,
        },
    )
    with _Server(("127.0.0.1", 0), handler) as server:
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}", injected
        server.shutdown()
        serving.join()
