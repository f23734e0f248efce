"""Redis: ElastiCache replication groups and who may log in to them."""

from modules.redis.cache import Cache, Place
from modules.redis.caches import Caches

__all__ = ["Cache", "Caches", "Place"]
