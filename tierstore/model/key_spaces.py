"""The key spaces of Redis."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.keys import KeyTemplate
from tierstore.declaration.policies import KeySpace, KeySpaceUse, Traces

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
USER_SESSIONS: Final = KeySpace(
    name="user_sessions",
    description="Ids of a user's sessions, so that none is missed that an index does not show yet.",
    use=KeySpaceUse.SESSION,
    key=KeyTemplate("{user_id}", separator=":"),
)
RATE_LIMITS: Final = KeySpace(
    name="rate",
    description="Tokens left in each rate limiter's bucket.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{limiter}:{subject}", separator=":"),
)
LEADERBOARDS: Final = KeySpace(
    name="board",
    description="Scores in order, one sorted set each, and the additions made of late.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{board}:{part}", separator=":"),
    slot_by="board",
    traces=Traces.MEMBERS,
)
LIVE_COUNTERS: Final = KeySpace(
    name="counter",
    description="Counts not yet flushed to the core table, the flush under way, and the additions made of late.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{content_id}:{name}:{part}", separator=":"),
    slot_by="content_id",
)
UNFLUSHED_COUNTERS: Final = KeySpace(
    name="unflushed",
    description="Which counters have counts to be flushed, and since when.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{entity}", separator=":"),
)
CHANGE_FEED: Final = KeySpace(
    name="changes",
    description="Streams of what changed, for those who follow along, and what was published of late.",
    use=KeySpaceUse.REAL_TIME,
    key=KeyTemplate("{topic}:{part}", separator=":"),
    slot_by="topic",
    traces=Traces.ENTRIES,
)


KEY_SPACES: Final = (
    ENTITY_CACHE,
    SESSION_CACHE,
    USER_SESSIONS,
    RATE_LIMITS,
    LEADERBOARDS,
    LIVE_COUNTERS,
    UNFLUSHED_COUNTERS,
    CHANGE_FEED,
)
