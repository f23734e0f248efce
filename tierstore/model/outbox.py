"""What tables keep for a Redis that is away: writes that wait for it, and copies of what it answered."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import Shards, key
from tierstore.declaration.ownership import NotPersonal
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import Get, KeySpaceRequest, Query, create, delete, put, write
from tierstore.model.key_spaces import CHANGE_FEED, LEADERBOARDS, LIVE_COUNTERS, UNFLUSHED_COUNTERS
from tierstore.model.tables import STATE

Kind: TypeAlias = Literal[
    "leaderboards.put", "leaderboards.add", "leaderboards.remove", "changes.publish", "counters.add"
]
"""The operation that wrote."""


class LateWrite(
    Entity,
    table=STATE,
    type="late_write",
    key=key("OUTBOX#{shard}", "{id}", shards=Shards(count=4, by="id")),
    ownership=(NotPersonal(reason="on its way to Redis, where an erasure finds it; waits only while Redis is away"),),
    typical_item_bytes=512,
):
    """One write that Redis has not had yet, or of which nobody knows; deleted once Redis has it."""

    id: str
    """In the order of time; also the token by which Redis knows the write again."""
    kind: Kind
    target: str
    """The board, topic or content; its writes are carried out in order."""
    arguments: bytes
    """MessagePack, as the kind wants it."""


class BoardCopy(
    Entity,
    table=STATE,
    type="board_copy",
    key=key("BOARD#{board}", "COPY"),
    ownership=(NotPersonal(reason="made again from its board each minute, and gone a day after the board's last use"),),
    expires=True,
    typical_item_bytes=4096,
):
    """The best of a leaderboard as they were a short while ago."""

    board: str
    standings: bytes
    """MessagePack: members and their scores, the best first."""
    is_whole: bool
    """Whether the board had no more members."""


KEEP: Final = write(create(LateWrite))
"""What a write needs that may have to wait."""
COPY: Final = write(put(BoardCopy))
"""What keeps a board's copy up to date."""
COPIED: Final = Get(entity=BoardCopy)
WAITING: Final = Query(entities=(LateWrite,), consistent=True)

PATTERNS: Final = (
    AccessPattern(
        id="R5",
        name="outbox.deliver",
        title="carry out the writes that Redis missed, each once",
        requests=(
            WAITING,
            write(delete(LateWrite)),
            KeySpaceRequest(key_space=LEADERBOARDS),
            KeySpaceRequest(key_space=CHANGE_FEED),
            KeySpaceRequest(key_space=LIVE_COUNTERS),
            KeySpaceRequest(key_space=UNFLUSHED_COUNTERS),
        ),
    ),
)

ENTITIES: Final = (LateWrite, BoardCopy)
