"""Redis: ElastiCache replication groups, or a serverless cache, and who may log in to them."""

from modules.redis.cache import Cache, Place
from modules.redis.caches import Caches
from modules.redis.serverless import ServerlessCache

__all__ = ["Cache", "Caches", "Place", "ServerlessCache"]
