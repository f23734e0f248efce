"""Follows one shard through a failover: who takes over, and when all is well again."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import redis

from validation.clients import Clients
from validation.drill.stage import Stage
from validation.drill.timeline import Timeline
from validation.live.redis import replication_group
from validation.redis.access import Address, RedisAccess
from validation.redis.probe import Replication, replication

POLL_SECONDS: Final = 0.1
STATUS_POLL_SECONDS: Final = 1.0
"""Between two questions to ElastiCache, which limits how often one may ask."""

T = TypeVar("T")


@dataclass(kw_only=True)
class Recovery:
    """How far a shard has recovered, in seconds after the trigger."""

    new_primary_seconds: float | None = None
    in_sync_seconds: float | None = None
    available_seconds: float | None = None

    def watch(self, clients: Clients, stage: Stage, timeline: Timeline, *, deadline: float) -> None:
        """Follow the shard until all is well again, or until `deadline` on the monotonic clock."""
        access, successors = stage.access, stage.shard.replicas
        primary = _wait_for(lambda: _new_primary(access, successors), deadline=deadline)
        if primary is None:
            timeline.now("no replica took over")
            return
        self.new_primary_seconds = timeline.now(f"{primary} is the new primary")
        if _wait_for(lambda: _in_sync(access, primary, replicas=len(successors)), deadline=deadline) is None:
            timeline.now("not every replica came back in sync")
            return
        self.in_sync_seconds = timeline.now(f"{len(successors)} of {len(successors)} replicas in sync")
        available = _wait_for(
            lambda: _is_available(clients, stage.group_id) or None,
            deadline=deadline,
            poll_seconds=STATUS_POLL_SECONDS,
        )
        if available is None:
            timeline.now(f"{stage.group_id} is still not available")
            return
        self.available_seconds = timeline.now(f"{stage.group_id} is available")


def _is_available(clients: Clients, group_id: str) -> bool:
    return replication_group(clients, group_id)["Status"] == "available"


def _wait_for(condition: Callable[[], T | None], *, deadline: float, poll_seconds: float = POLL_SECONDS) -> T | None:
    """The first value that `condition` gives, or None when `deadline` (monotonic) has come."""
    while True:
        value = condition()
        if value is not None or time.monotonic() > deadline:
            return value
        time.sleep(poll_seconds)


def _new_primary(access: RedisAccess, successors: Sequence[Address]) -> Address | None:
    """Which of the former replicas says that it is the primary now."""
    return next((each for each in successors if (seen := _look(access, each)) and seen.is_primary), None)


def _in_sync(access: RedisAccess, primary: Address, *, replicas: int) -> bool | None:
    """True once the primary counts as many replicas in sync as there must be, None before."""
    seen = _look(access, primary)
    return True if seen is not None and seen.is_primary and seen.replicas_in_sync >= replicas else None


def _look(access: RedisAccess, address: Address) -> Replication | None:
    """What a node says of itself, or None while it does not answer."""
    try:
        return replication(access, address)
    except redis.RedisError:
        return None
