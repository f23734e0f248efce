"""What a plan asks of Redis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tierstore.core.effects import Effect

MAXIMUM_REQUESTS: Final = 64
"""Requests under way at once in one process, and so the connections to one node; more of them wait."""

Argument: TypeAlias = str | bytes | int | float
Command: TypeAlias = tuple[Argument, ...]


@dataclass(frozen=True, kw_only=True)
class RedisRequest(Effect[Any]):
    """One command, carried out by the node that serves its key; answered with the reply, whose texts are bytes.

    Raises what went wrong as an error of `tierstore.errors`; `in_doubt` where the command may have been carried out.
    """

    key: str
    """Chooses the node; every key that the command touches shares this one's slot."""
    command: Command
    replicated: bool = False
    """Answered only once a replica has what this connection wrote; in doubt where none does in time."""
    waits: float = 0.0
    """Seconds that the command itself may block, such as XREAD's."""


@dataclass(frozen=True, kw_only=True)
class RedisBatch(Effect[list[Any]]):
    """Requests for any keys, sent to all their nodes at once, one round trip for each node.

    Answered with the replies in order; where a request failed, its error stands in its place and is not raised.
    """

    requests: tuple[RedisRequest, ...]


@dataclass(frozen=True, kw_only=True)
class RedisValues(Effect[list[Any]]):
    """What lies under many keys, as by GET; answered as `RedisBatch` is, at half its cost."""

    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RedisScan(Effect[list[bytes]]):
    """The names of all keys that match, on every primary; for an operator's work, since it looks at every key there is.

    A key that is there all the time is found. Raises what went wrong on any of them.
    """

    pattern: str
    """As Redis matches names: `*` any text, `?` any character, `\\` before what is meant as it is."""
    type: str | None = None
    """Only keys of this type, as TYPE names it."""


AnyRedisEffect: TypeAlias = RedisRequest | RedisBatch | RedisValues | RedisScan


def same_answer(effect: AnyRedisEffect, answer: Any) -> list[Any]:
    """The same answer to every request of an effect."""
    match effect:
        case RedisBatch(requests=requests):
            return [answer] * len(requests)
        case RedisValues(keys=keys):
            return [answer] * len(keys)
    return [answer]
