"""Lua scripts: what Redis carries out as one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from tierstore.redis.effects import Argument, Command, RedisRequest

_sources: Final[dict[str, str]] = {}


class Script:
    """A Lua script, sent by its hash, which every node knows after the first time."""

    def __init__(self, source: str) -> None:
        # Not for secrecy: SHA-1 is how Redis names scripts.
        self._hash = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
        _sources[self._hash] = source

    def on(self, keys: Sequence[str], *arguments: Argument, replicated: bool = False) -> RedisRequest:
        """The request that runs it; the keys share one slot."""
        return RedisRequest(
            key=keys[0],
            command=("EVALSHA", self._hash, len(keys), *keys, *arguments),
            replicated=replicated,
        )


def in_full(command: Command) -> Command:
    """The same command for a node that does not know its script yet."""
    return ("EVAL", _sources[str(command[1])], *command[2:])
