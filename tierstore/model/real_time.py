"""What lives in Redis alone."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.patterns import AccessPattern, KeySpaceRequest
from tierstore.model.key_spaces import CHANGE_FEED, ENTITY_CACHE, LEADERBOARDS, RATE_LIMITS

PATTERNS: Final = (
    AccessPattern(
        id="R1",
        name="cache.entities",
        title="cached copies of entities",
        requests=(KeySpaceRequest(key_space=ENTITY_CACHE),),
    ),
    AccessPattern(
        id="R2",
        name="limits.take",
        title="take a token of a rate limiter",
        requests=(KeySpaceRequest(key_space=RATE_LIMITS),),
    ),
    AccessPattern(
        id="R3",
        name="leaderboards.rank",
        title="score and rank in a leaderboard",
        requests=(KeySpaceRequest(key_space=LEADERBOARDS),),
    ),
    AccessPattern(
        id="R4",
        name="changes.follow",
        title="publish and follow changes",
        requests=(KeySpaceRequest(key_space=CHANGE_FEED),),
    ),
)
