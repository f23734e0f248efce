"""Sessions of signed-in users."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Annotated, Any, Final

from tierstore.declaration.entities import SENSITIVE, Entity
from tierstore.declaration.keys import key
from tierstore.declaration.ownership import OwnedBy
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.policies import CachePolicy
from tierstore.declaration.requests import Get, KeySpaceRequest, Query, create, delete, update, write
from tierstore.model.erasures import NOT_ERASED
from tierstore.model.key_spaces import SESSION_CACHE, USER_SESSIONS
from tierstore.model.tables import STATE

IDLE_SECONDS: Final = 30 * 60
"""How long a session lasts that nobody uses, unless it is started with another time."""
ABSOLUTE_SECONDS: Final = 30 * 24 * 3600
"""How long a session lasts at most, however much it is used, unless it is started with another time."""


class Session(
    Entity,
    table=STATE,
    type="session",
    key=key("SESSION#{id}", "SESSION"),
    indexes={"gsi1": key("USER#{user_id}", "{created_at}#{id}")},
    expires=True,
    cache=CachePolicy(
        time_to_live=300,
        negative_time_to_live=5,
        stale_if_error=IDLE_SECONDS,
        loads_consistently=True,
        key_space=SESSION_CACHE,
    ),
    typical_item_bytes=512,
    ownership=(OwnedBy(field="user_id"),),
):
    """A signed-in user's session; `id` is a hash of the secret that the client holds."""

    id: Annotated[str, SENSITIVE]
    user_id: str
    data: Annotated[dict[str, Any], SENSITIVE] = field(default_factory=dict)
    idle_seconds: int = IDLE_SECONDS
    absolute_expiry: datetime


BY_USER: Final = Query(entities=(Session,), index="gsi1", newest_first=True)

PATTERNS: Final = (
    AccessPattern(
        id="S5",
        name="sessions.get",
        title="session by its secret, from Redis or its durable copy; using it prolongs it",
        requests=(
            KeySpaceRequest(key_space=SESSION_CACHE),
            Get(entity=Session, consistent=True),
            write(update(Session)),
        ),
    ),
    AccessPattern(
        id="S5w",
        name="sessions.start",
        title="start a session, in place of the one that the client had before it signed in",
        requests=(
            KeySpaceRequest(key_space=SESSION_CACHE),
            KeySpaceRequest(key_space=USER_SESSIONS),
            write(create(Session), delete(Session), NOT_ERASED),
        ),
    ),
    AccessPattern(
        id="S5d",
        name="sessions.update",
        title="change what a session holds",
        requests=(
            KeySpaceRequest(key_space=SESSION_CACHE),
            Get(entity=Session, consistent=True),
            write(update(Session)),
        ),
    ),
    AccessPattern(
        id="S5r",
        name="sessions.rotate",
        title="give a session another secret",
        requests=(
            KeySpaceRequest(key_space=SESSION_CACHE),
            KeySpaceRequest(key_space=USER_SESSIONS),
            Get(entity=Session, consistent=True),
            write(create(Session), delete(Session), NOT_ERASED),
        ),
    ),
    AccessPattern(
        id="S5e",
        name="sessions.end",
        title="sign out",
        requests=(
            KeySpaceRequest(key_space=SESSION_CACHE),
            Get(entity=Session, consistent=True),
            write(delete(Session)),
        ),
    ),
    AccessPattern(
        id="S5a",
        name="sessions.end_all",
        title="sign out everywhere",
        requests=(
            KeySpaceRequest(key_space=SESSION_CACHE),
            KeySpaceRequest(key_space=USER_SESSIONS),
            BY_USER,
            Get(entity=Session, consistent=True),
            write(delete(Session)),
        ),
    ),
    AccessPattern(
        id="S5u",
        name="sessions.by_user",
        title="a user's sessions, newest first",
        requests=(BY_USER,),
    ),
)

ENTITIES: Final = (Session,)
