"""An HTTP proxy that leads to the gateway alone.

S3 Control is called at a host name of the account's own, `<account>.127.0.0.1`, which no resolver knows. Terraform's
provider asks this proxy for it, and speaks TLS with the gateway through the tunnel.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Final

from sandbox.relay import relay

_ACCEPTED: Final = b"HTTP/1.1 200 Connection established\r\n\r\n"
_REFUSED: Final = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_HEAD_END: Final = b"\r\n\r\n"


async def serve(listener: socket.socket, *, gateway_host: str, gateway_port: int) -> asyncio.Server:
    """Serve on a listening socket: tunnels to the gateway's own names and port, and refusals for all others."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with (
            contextlib.closing(writer),
            contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError),
        ):
            head = await reader.readuntil(_HEAD_END)
            if not _is_for(head, host=gateway_host, port=gateway_port):
                writer.write(_REFUSED)
                await writer.drain()
                return
            gateway_reader, gateway_writer = await asyncio.open_connection(gateway_host, gateway_port)
            writer.write(_ACCEPTED)
            with contextlib.closing(gateway_writer):
                await relay((reader, gateway_writer), (gateway_reader, writer))

    return await asyncio.start_server(answer, sock=listener)


def _is_for(head: bytes, *, host: str, port: int) -> bool:
    """Whether a request asks for a tunnel to the gateway, by its address or a name that ends in it."""
    method, _, rest = head.partition(b" ")
    name, _, asked_port = rest.partition(b" ")[0].decode("latin-1").rpartition(":")
    return method == b"CONNECT" and asked_port == str(port) and (name == host or name.endswith(f".{host}"))
