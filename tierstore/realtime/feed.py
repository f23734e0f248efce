"""The change feed: one stream a topic, of bounded length."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tierstore.cache.forms import packer_of, unpacked_extension
from tierstore.declaration.kinds import Anything
from tierstore.errors import InvalidError
from tierstore.model.key_spaces import CHANGE_FEED
from tierstore.realtime.once import OnceScript
from tierstore.redis.effects import RedisRequest
from tierstore.redis.keys import key_in

KEPT: Final = 10_000
"""Changes of a topic that are kept, or a few more: whoever follows more slowly than that misses some."""
BEGINNING: Final = "0-0"
_POSITION: Final = re.compile(r"\d{1,20}-\d{1,20}")
_FIELD: Final = b"change"


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that happened."""

    position: str
    """Where it stands in its topic; later ones follow it."""
    kind: str
    """What happened, such as `content.published`."""
    body: Any
    """Anything that a table stores."""

    @property
    def published_at(self) -> datetime:
        """When Redis took it, to the millisecond."""
        return datetime.fromtimestamp(int(self.position.partition("-")[0]) / 1000, UTC)


_PUBLISH: Final = OnceScript("redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'change', ARGV[3])")
_pack: Final = packer_of(Anything())


def packed(topic: str, kind: str, body: Any) -> bytes:
    """A change as it is kept; raises `InvalidError` for a kind that is no text, or a body that no table stores."""
    if not isinstance(kind, str):
        raise InvalidError(f"a change of topic {topic!r} has the kind {kind!r}, allowed is a text")
    try:
        return msgspec.msgpack.encode([kind, _pack(body) if _pack else body])
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidError(f"a change of topic {topic!r} cannot be written: {error}") from None


def publish(topic: str, change: bytes, *, token: str) -> RedisRequest:
    """Append a packed change once for each token; answered with its position when a replica has it."""
    return _PUBLISH.on(key_in(CHANGE_FEED, topic=topic, part=f"done:{token}"), [_stream(topic)], KEPT, change)


def read(topic: str, *, after: str, limit: int, wait_seconds: float) -> RedisRequest:
    """Answered with what `changes` reads; waits for the next change where there is none, if it may."""
    if not _POSITION.fullmatch(after):
        raise InvalidError(f"{after!r} is no position in topic {topic!r}; give the cursor of an earlier page, or None")
    key = _stream(topic)
    block = ("BLOCK", max(1, round(wait_seconds * 1000))) if wait_seconds > 0 else ()
    command = ("XREAD", "COUNT", limit, *block, "STREAMS", key, after)
    return RedisRequest(key=key, command=command, waits=max(0.0, wait_seconds))


def changes(answer: dict[bytes, Any] | None) -> tuple[Change, ...]:
    """The changes of an answer to `read`, the oldest first."""
    if not answer:
        return ()
    ((_, found),) = answer.items()
    return entries(found)


def entries(found: list[Any]) -> tuple[Change, ...]:
    """The changes that entries of a stream are, in their order."""
    return tuple(_change(position.decode(), dict(zip(*[iter(fields)] * 2, strict=True))) for position, fields in found)


def _change(position: str, fields: dict[bytes, bytes]) -> Change:
    kind, body = msgspec.msgpack.decode(fields[_FIELD], ext_hook=unpacked_extension)
    return Change(position=position, kind=kind, body=body)


def _stream(topic: str) -> str:
    return key_in(CHANGE_FEED, topic=topic, part="stream")
