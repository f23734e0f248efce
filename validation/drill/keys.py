"""The keys that a drill writes to: made before it, removed after it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from redis.cluster import RedisCluster

from validation.drill.wait import write_and_wait
from validation.drill.writer import CLIENT_ERRORS, Assignment
from validation.errors import CouldNotRun

LIFETIME_SECONDS: Final = 3600
"""After which the keys of an aborted drill are gone."""
WAIT_MILLISECONDS: Final = 400
"""Patience with the replicas of a healthy shard; less than the client's patience with one answer."""


@contextmanager
def temporary_keys(client: RedisCluster, assignments: Sequence[Assignment], *, replicas: int) -> Iterator[None]:
    """Make the key of each assignment, known to all `replicas` of its shard, and remove it at the end.

    Raises `CouldNotRun` where a replica does not follow its primary.
    """
    try:
        for assignment in assignments:
            _make(client, assignment, replicas)
        yield
    finally:
        for assignment in assignments:
            with suppress(*CLIENT_ERRORS):
                client.delete(assignment.key)


def _make(client: RedisCluster, assignment: Assignment, replicas: int) -> None:
    command = ("SET", assignment.key, "", "EX", LIFETIME_SECONDS)
    followers = write_and_wait(client, assignment.key, *command, replicas=replicas, milliseconds=WAIT_MILLISECONDS)
    if followers < replicas:
        raise CouldNotRun(
            f"only {followers} of {replicas} replicas of shard {assignment.shard} follow their primary: "
            "wait until all do, or a failover would lose data"
        )
