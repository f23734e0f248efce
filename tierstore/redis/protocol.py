"""Commands as Redis reads them."""

from __future__ import annotations

from collections.abc import Iterable

import hiredis

from tierstore.redis.effects import Command


def packed(commands: Iterable[Command]) -> bytes:
    """All the commands in one piece."""
    # hiredis declares a tuple of one argument, and takes any number.
    return b"".join([hiredis.pack_command(command) for command in commands])  # type: ignore[arg-type]
