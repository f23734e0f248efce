"""Redis: an ElastiCache replication group and who may log in to it."""

from modules.redis.access import Access
from modules.redis.cache import Cache

__all__ = ["Access", "Cache"]
