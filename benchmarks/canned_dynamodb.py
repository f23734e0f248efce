"""A server that answers every DynamoDB request with what it was given for its action, so that only the client counts.

Runs in a process of its own: `python -m benchmarks.canned_dynamodb FILE`, with the answers by action as JSON in FILE;
prints its port, and ends with its standard input.
"""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path
from threading import Thread
from zlib import crc32


def main() -> None:
    """Serve until standard input ends."""
    answers = {
        action.lower().encode(): _response(json.dumps(document).encode())
        for action, document in json.loads(Path(sys.argv[1]).read_text()).items()
    }
    listening = socket.create_server(("127.0.0.1", 0))
    Thread(target=_accept, args=(listening, answers), daemon=True).start()
    print(listening.getsockname()[1], flush=True)
    sys.stdin.read()


def _response(body: bytes) -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n"
        b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
        b"x-amzn-RequestId: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEF\r\nx-amz-crc32: %d\r\n\r\n%s"
    ) % (len(body), crc32(body), body)


def _accept(listening: socket.socket, answers: dict[bytes, bytes]) -> None:
    while True:
        connection, _ = listening.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Thread(target=_serve, args=(connection, answers), daemon=True).start()


def _serve(connection: socket.socket, answers: dict[bytes, bytes]) -> None:
    with connection, connection.makefile("rb") as stream:
        while stream.readline():
            action, length = b"", 0
            while line := stream.readline().strip().lower():
                name, _, value = line.partition(b":")
                if name == b"x-amz-target":
                    action = value.rpartition(b".")[2]
                elif name == b"content-length":
                    length = int(value)
            stream.read(length)
            connection.sendall(answers[action])


if __name__ == "__main__":
    main()
