"""Watches one shard through a failover: who takes over, and when all replicas follow again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import redis

from validation.redis_access import Address, RedisAccess
from validation.redis_probe import Replication, replication

POLL_SECONDS: Final = 0.1
T = TypeVar("T")


def wait_for(condition: Callable[[], T | None], *, deadline: float, poll_seconds: float = POLL_SECONDS) -> T | None:
    """The first value that `condition` gives, or None when `deadline` (monotonic) has come."""
    while True:
        value = condition()
        if value is not None or time.monotonic() > deadline:
            return value
        time.sleep(poll_seconds)


def new_primary(access: RedisAccess, successors: Sequence[Address]) -> Address | None:
    """Which of the former replicas says that it is the primary now."""
    return next((each for each in successors if (seen := _look(access, each)) and seen.is_primary), None)


def in_sync(access: RedisAccess, primary: Address, *, replicas: int) -> bool | None:
    """True once the primary counts as many replicas in sync as there must be, None before."""
    seen = _look(access, primary)
    return True if seen is not None and seen.is_primary and seen.replicas_in_sync >= replicas else None


def _look(access: RedisAccess, address: Address) -> Replication | None:
    """What a node says of itself, or None while it does not answer."""
    try:
        return replication(access, address)
    except redis.RedisError:
        return None
