"""Sessions of signed-in users."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Annotated, Any, Final

from tierstore.declaration.entities import SENSITIVE, Entity
from tierstore.declaration.keys import key
from tierstore.declaration.patterns import AccessPattern, Get, KeySpaceRequest, Query, delete, put, write
from tierstore.model.key_spaces import SESSION_CACHE
from tierstore.model.tables import STATE


class Session(
    Entity,
    table=STATE,
    type="session",
    key=key("SESSION#{id}", "SESSION"),
    indexes={"gsi1": key("USER#{user_id}", "{created_at}#{id}")},
    expires=True,
    typical_item_bytes=512,
):
    """A signed-in user's session; `id` is a hash of the secret that the client holds."""

    id: Annotated[str, SENSITIVE]
    user_id: str
    data: Annotated[dict[str, Any], SENSITIVE] = field(default_factory=dict)
    absolute_expiry: datetime


PATTERNS: Final = (
    AccessPattern(
        id="S5",
        name="sessions.get",
        title="session by id, from Redis or its durable copy",
        requests=(
            KeySpaceRequest(key_space=SESSION_CACHE),
            Get(entity=Session, consistent=True),
        ),
    ),
    AccessPattern(
        id="S5w",
        name="sessions.write",
        title="start, extend, rotate or end a session",
        requests=(
            KeySpaceRequest(key_space=SESSION_CACHE),
            write(put(Session)),
            write(delete(Session)),
        ),
    ),
    AccessPattern(
        id="S5u",
        name="sessions.by_user",
        title="all sessions of a user, to sign out everywhere",
        requests=(Query(entities=(Session,), index="gsi1", newest_first=True),),
    ),
)

ENTITIES: Final = (Session,)
