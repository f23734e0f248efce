"""HTTP/1.1 responses, read from whatever bytes arrive; no input or output of its own."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, NamedTuple, TypeAlias

MAXIMUM_HEAD_BYTES: Final = 65_536
"""Of status line and headers; more is no service that we know."""
_HEAD_END: Final = b"\r\n\r\n"
_FIRST_FINAL_STATUS: Final = 200


class BrokenResponseError(Exception):
    """What arrived is no complete HTTP/1.1 response."""


class Response(NamedTuple):
    """One response, complete."""

    status: int
    headers: dict[str, str]
    """By their names in lower case."""
    body: bytes
    keeps_connection: bool
    """Whether another request may follow on the connection."""


Reading: TypeAlias = Generator[None, bytes, Response]
"""A response under way: takes what arrived, empty at the end of the connection, until it returns."""


def read_response() -> Reading:
    """Read one response to a request that has a body in its response; raises `BrokenResponseError`."""
    head, rest = yield from _head(b"")
    while int(head[9:12]) < _FIRST_FINAL_STATUS:
        head, rest = yield from _head(rest)
    status_line, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    keeps_connection = status_line.startswith("HTTP/1.1") and headers.get("connection", "").lower() != "close"
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body, rest = yield from _chunked(rest)
    elif "content-length" in headers:
        length = headers["content-length"]
        if not length.isdigit():
            raise BrokenResponseError(f"{length!r} is no length of a body")
        body, rest = yield from _exactly(int(length), rest)
    else:
        body, rest, keeps_connection = (yield from _to_the_end(rest)), b"", False
    # Bytes after the response would be taken for the next one's.
    return Response(int(status_line[9:12]), headers, body, keeps_connection and not rest)


def _more() -> Generator[None, bytes, bytes]:
    arrived = yield
    if not arrived:
        raise BrokenResponseError("the connection ended within a response")
    return arrived


def _head(rest: bytes) -> Generator[None, bytes, tuple[bytes, bytes]]:
    while (end := rest.find(_HEAD_END)) < 0:
        if len(rest) > MAXIMUM_HEAD_BYTES:
            raise BrokenResponseError(f"the headers have more than {MAXIMUM_HEAD_BYTES:,} bytes")
        rest += yield from _more()
    head = rest[:end]
    if not (head.startswith(b"HTTP/1.") and head[9:12].isdigit()):
        raise BrokenResponseError(f"no HTTP response begins with {head[:20]!r}")
    return head, rest[end + len(_HEAD_END) :]


def _exactly(length: int, rest: bytes) -> Generator[None, bytes, tuple[bytes, bytes]]:
    parts, missing = [rest], length - len(rest)
    while missing > 0:
        arrived = yield from _more()
        parts.append(arrived)
        missing -= len(arrived)
    whole = b"".join(parts) if len(parts) > 1 else rest
    return (whole, b"") if not missing else (whole[:length], whole[length:])


def _chunked(rest: bytes) -> Generator[None, bytes, tuple[bytes, bytes]]:
    parts: list[bytes] = []
    while True:
        while (end := rest.find(b"\r\n")) < 0:
            rest += yield from _more()
        try:
            length = int(rest[:end].partition(b";")[0], 16)
        except ValueError:
            raise BrokenResponseError(f"{rest[:20]!r} is no size of a chunk") from None
        chunk, rest = yield from _exactly(length + 2, rest[end + 2 :])
        if length == 0:
            return b"".join(parts), rest
        parts.append(chunk[:-2])


def _to_the_end(rest: bytes) -> Generator[None, bytes, bytes]:
    parts = [rest]
    while arrived := (yield):
        parts.append(arrived)
    return b"".join(parts)
