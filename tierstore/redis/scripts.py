"""Lua scripts: what Redis carries out as one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from tierstore.redis.effects import Argument, Command, RedisRequest

_WRITING: Final = "EVALSHA"
_READING: Final = "EVALSHA_RO"
_IN_FULL: Final = {_WRITING: "EVAL", _READING: "EVAL_RO"}

_sources: Final[dict[str, str]] = {}


class Script:
    """A Lua script, sent by its hash, which every node knows after the first time.

    One that `only_reads` may be run by those who may read its keys and no more.
    """

    def __init__(self, source: str, *, only_reads: bool = False) -> None:
        self._command = _READING if only_reads else _WRITING
        # Not for secrecy: SHA-1 is how Redis names scripts.
        self._hash = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
        _sources[self._hash] = source

    def on(self, keys: Sequence[str], *arguments: Argument, replicated: bool = False) -> RedisRequest:
        """The request that runs it; the keys share one slot."""
        return RedisRequest(
            key=keys[0],
            command=(self._command, self._hash, len(keys), *keys, *arguments),
            replicated=replicated,
        )


def in_full(command: Command) -> Command:
    """The same command for a node that does not know its script yet."""
    return (_IN_FULL[str(command[0])], _sources[str(command[1])], *command[2:])
