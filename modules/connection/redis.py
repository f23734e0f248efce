"""How the replication groups of one region are reached."""

from __future__ import annotations

from modules.connection.document import RedisConnection
from modules.redis import Cache, Caches, ServerlessCache
from tierstore.connection import APPLICATION


def redis_connections(caches: Caches, *, port: int) -> tuple[RedisConnection, dict[str, RedisConnection]]:
    """The main replication group or the serverless cache, and the separate groups by their use."""

    def reach(cache: Cache | ServerlessCache) -> RedisConnection:
        return RedisConnection(
            replication_group_id=cache.replication_group_id,
            host=cache.endpoint,
            port=port,
            user=caches.user_names[APPLICATION],
            serverless=isinstance(cache, ServerlessCache),
        )

    return reach(caches.main), {use: reach(cache) for use, cache in caches.separate.items()}
