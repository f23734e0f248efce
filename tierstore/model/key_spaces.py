"""The key spaces of Redis."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.keys import KeyTemplate
from tierstore.declaration.policies import KeySpace, KeySpaceUse

ENTITY_CACHE: Final = KeySpace(
    name="entity",
    description="Copies of items, by entity type and id.",
    use=KeySpaceUse.CACHE,
    key=KeyTemplate("{type}:{id}", separator=":"),
)
SESSION_CACHE: Final = KeySpace(
    name="session",
    description="Sessions by id; the state table keeps their durable copy.",
    use=KeySpaceUse.SESSION,
    key=KeyTemplate("{id}", separator=":"),
)
RATE_LIMITS: Final = KeySpace(
    name="rate",
    description="Tokens left in each rate limiter's bucket.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{limiter}:{subject}", separator=":"),
)
LEADERBOARDS: Final = KeySpace(
    name="board",
    description="Scores in order, one sorted set each.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{board}", separator=":"),
)
LIVE_COUNTERS: Final = KeySpace(
    name="counter",
    description="Counts not yet flushed to the core table, and the flush that is under way.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{content_id}:{name}:{part}", separator=":"),
    slot_by="content_id",
)
CHANGE_FEED: Final = KeySpace(
    name="changes",
    description="Streams of what changed, for those who follow along.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{topic}", separator=":"),
)


KEY_SPACES: Final = (ENTITY_CACHE, SESSION_CACHE, RATE_LIMITS, LEADERBOARDS, LIVE_COUNTERS, CHANGE_FEED)
