"""What the service knows, kept on disk after every change."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sandbox.files import write_private

# The members of the service's own shape (User, UserGroup, ReplicationGroup, Event), and what else has to be known.
Record = dict[str, Any]


class Kind(StrEnum):
    """What a Redis Cluster runs for, as ElastiCache names the source of an event."""

    REPLICATION_GROUP = "replication-group"
    SERVERLESS_CACHE = "serverless-cache"


class Region(BaseModel):
    """One region's resources by id; events oldest first; tags by ARN."""

    users: dict[str, Record] = {}
    user_groups: dict[str, Record] = {}
    replication_groups: dict[str, Record] = {}
    serverless_caches: dict[str, Record] = {}
    snapshots: dict[str, Record] = {}
    serverless_snapshots: dict[str, Record] = {}
    subnet_groups: dict[str, Record] = {}
    events: list[Record] = []
    tags: dict[str, dict[str, str]] = {}
    # When TestFailover was called, epoch seconds.
    test_failovers: list[float] = []

    def clustered(self, kind: Kind) -> dict[str, Record]:
        """Return the resources of a kind, each of which has a cluster."""
        return self.serverless_caches if kind is Kind.SERVERLESS_CACHE else self.replication_groups


class State(BaseModel):
    """Every region's resources, and what belongs to no region."""

    regions: dict[str, Region] = {}
    # Their members are the replication groups that say so.
    global_replication_groups: dict[str, Record] = {}

    def region(self, name: str) -> Region:
        """Return a region's resources."""
        return self.regions.setdefault(name, Region())


class Store:
    """The state in memory and in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._kept = file.read_text() if file.exists() else State().model_dump_json()
        self.state = State.model_validate_json(self._kept)

    def keep(self) -> None:
        """Write the state to the file if it has changed."""
        current = self.state.model_dump_json()
        if current != self._kept:
            write_private(self._file, current.encode())
            self._kept = current

    def undo(self) -> None:
        """Return to the state that was kept last."""
        self.state = State.model_validate_json(self._kept)
