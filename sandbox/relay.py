"""Passes bytes between two connections, whatever they mean."""

from __future__ import annotations

import asyncio
import contextlib

_CHUNK = 64 * 1024  # bytes

Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def relay(there: Way, back: Way) -> None:
    """Pass bytes both ways until one side is done; then the other one is, too."""
    copies = {asyncio.ensure_future(_copy(*way)) for way in (there, back)}
    _, rest = await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    for copy in rest:
        copy.cancel()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
