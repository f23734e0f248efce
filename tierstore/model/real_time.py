"""What lives in Redis alone, and cached copies for those who read many."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.entities import Entity
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import GetMany, KeySpaceAction, KeySpaceRequest
from tierstore.model.contents import Content
from tierstore.model.key_spaces import CHANGE_FEED, ENTITY_CACHE, LEADERBOARDS, RATE_LIMITS
from tierstore.model.outbox import COPIED, COPY, KEEP
from tierstore.model.users import User

CACHED: Final[tuple[type[Entity], ...]] = (User, Content)
"""Entities whose copies lie in the common key space."""

PATTERNS: Final = (
    AccessPattern(
        id="R1",
        name="cache.entities",
        title="many entities by their keys, from cached copies or their table",
        requests=(
            KeySpaceRequest(key_space=ENTITY_CACHE),
            *(GetMany(entity=entity) for entity in CACHED),
        ),
    ),
    AccessPattern(
        id="R1f",
        name="cache.forget",
        title="drop the cached copies of entities that were changed by other means",
        requests=(KeySpaceRequest(key_space=ENTITY_CACHE),),
    ),
    AccessPattern(
        id="R2",
        name="limits.take",
        title="take from a rate limiter",
        requests=(KeySpaceRequest(key_space=RATE_LIMITS),),
    ),
    AccessPattern(
        id="R3",
        name="leaderboards.rank",
        title="a member's score and rank in a leaderboard",
        requests=(KeySpaceRequest(key_space=LEADERBOARDS, actions=(KeySpaceAction.READ,)), COPIED, COPY),
    ),
    AccessPattern(
        id="R3t",
        name="leaderboards.top",
        title="the best of a leaderboard, or those from a rank on",
        requests=(KeySpaceRequest(key_space=LEADERBOARDS, actions=(KeySpaceAction.READ,)), COPIED, COPY),
    ),
    AccessPattern(
        id="R3s",
        name="leaderboards.put",
        title="set a member's score",
        requests=(KeySpaceRequest(key_space=LEADERBOARDS), KEEP, COPY),
    ),
    AccessPattern(
        id="R3a",
        name="leaderboards.add",
        title="add to a member's score",
        requests=(KeySpaceRequest(key_space=LEADERBOARDS), KEEP, COPY),
    ),
    AccessPattern(
        id="R3d",
        name="leaderboards.remove",
        title="take a member off a leaderboard",
        requests=(KeySpaceRequest(key_space=LEADERBOARDS), KEEP, COPY),
    ),
    AccessPattern(
        id="R4",
        name="changes.follow",
        title="follow the changes of a topic",
        requests=(KeySpaceRequest(key_space=CHANGE_FEED, actions=(KeySpaceAction.READ,)),),
    ),
    AccessPattern(
        id="R4p",
        name="changes.publish",
        title="publish a change",
        requests=(KeySpaceRequest(key_space=CHANGE_FEED), KEEP),
    ),
)
