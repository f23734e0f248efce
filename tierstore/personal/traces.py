"""What Redis holds of a user besides copies of items: keys, members of sorted sets and entries of streams."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tierstore.cache.scripts import is_passing
from tierstore.core.effects import Plan, ask
from tierstore.core.retries import RetryPolicy
from tierstore.declaration.policies import Traces
from tierstore.errors import StorageError
from tierstore.model.key_spaces import KEY_SPACES
from tierstore.realtime import feed
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisScan
from tierstore.redis.keys import hash_tag

_AT_ONCE: Final = 500
"""Requests of one batch, and entries of a stream that are read together."""
_MEANT_AS_IT_IS: Final = re.compile(r"([\\*?\[\]^-])")


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Something in Redis that tells of a user."""

    key: str
    removal: RedisRequest


def find_traces(user_id: str, retries: RetryPolicy) -> Plan[tuple[Trace, ...]]:
    """Everything, whatever key space it is in; looks at the name of every key of the cluster.

    A user is recognised by the whole id: as a part of a key, as a member, as a value in an entry.
    """
    found: dict[str, Trace] = {}
    for spelling in _spellings(user_id):
        names = yield from retries.retrying(RedisScan(pattern=f"*{_as_it_is(spelling)}*"))
        whole_part = re.compile(f"(^|[:{{}}]){re.escape(spelling)}($|[:{{}}])")
        for name in map(bytes.decode, names):
            if whole_part.search(name) and not is_passing(name):
                found[name] = Trace(key=name, removal=_request(name, "UNLINK"))
    members: list[Trace] = []
    for space in KEY_SPACES:
        pattern = _as_it_is(space.prefix) + "*"
        match space.traces:
            case Traces.MEMBERS:
                names = yield from retries.retrying(RedisScan(pattern=pattern, type="zset"))
                members += yield from _members(tuple(map(bytes.decode, names)), user_id)
            case Traces.ENTRIES:
                names = yield from retries.retrying(RedisScan(pattern=pattern, type="stream"))
                for name in map(bytes.decode, names):
                    members += yield from _entries(name, user_id, retries)
    return (*found.values(), *(trace for trace in members if trace.key not in found))


def remove_traces(traces: Sequence[Trace], retries: RetryPolicy) -> Plan[None]:
    """Remove what was found, on the replicas too."""
    for trace in traces:
        yield from retries.retrying(trace.removal)


def _members(keys: Sequence[str], user_id: str) -> Plan[list[Trace]]:
    found = []
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        scores = yield from ask(RedisBatch(requests=tuple(_request(key, "ZSCORE", user_id) for key in some)))
        for key, score in zip(some, scores, strict=True):
            if isinstance(score, StorageError):
                raise score
            if score is not None:
                found.append(Trace(key=key, removal=_request(key, "ZREM", user_id)))
    return found


def _entries(key: str, user_id: str, retries: RetryPolicy) -> Plan[list[Trace]]:
    found: list[Trace] = []
    position = "-"
    while True:
        entries = yield from retries.retrying(_request(key, "XRANGE", position, "+", "COUNT", _AT_ONCE))
        telling = [change for change in feed.entries(entries) if user_id in _texts([change.kind, change.body])]
        found += [Trace(key=key, removal=_request(key, "XDEL", change.position)) for change in telling]
        if len(entries) < _AT_ONCE:
            return found
        position = f"({entries[-1][0].decode()}"


def _request(key: str, command: str, *arguments: str | int) -> RedisRequest:
    is_removal = command in {"UNLINK", "ZREM", "XDEL"}
    return RedisRequest(key=key, command=(command, key, *arguments), replicated=is_removal)


def _spellings(user_id: str) -> tuple[str, ...]:
    """How the id may be written as a part of a key: as it is, escaped by a key template, by a hash tag, or by both."""
    by_template = user_id.replace("%", "%25").replace(":", "%3A")
    by_tag = hash_tag(user_id)[1:-1]
    by_both = by_tag.replace("%", "%25").replace(":", "%3A")
    return tuple(dict.fromkeys((user_id, by_template, by_tag, by_both)))


def _as_it_is(text: str) -> str:
    return _MEANT_AS_IT_IS.sub(r"\\\1", text)


def _texts(value: Any) -> Iterator[Any]:
    """Every value within a value."""
    match value:
        case dict():
            for key, each in value.items():
                yield key
                yield from _texts(each)
        case list() | tuple() | set() | frozenset():
            for each in value:
                yield from _texts(each)
        case _:
            yield value
