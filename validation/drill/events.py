"""What ElastiCache tells of a failover."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from validation.clients import Clients

FAILOVER_CALLED: Final = "Test Failover API called for node group"
"""How the event begins that each call of TestFailover leaves (ElastiCache user guide, "Testing automatic failover")."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a replication group or one of its nodes, by AWS's clock."""

    at: datetime
    source: str
    message: str


def failovers_between(clients: Clients, start: datetime, end: datetime) -> int:
    """Test failovers of all replication groups of this account and region."""
    # Without an end ElastiCache may stop an hour after the start.
    pages = clients.elasticache.get_paginator("describe_events").paginate(
        SourceType="replication-group", StartTime=start, EndTime=end
    )
    return sum(event["Message"].startswith(FAILOVER_CALLED) for page in pages for event in page["Events"])


def events_between(clients: Clients, start: datetime, end: datetime, sources: Iterable[str]) -> tuple[Event, ...]:
    """What happened to the given replication groups and nodes, oldest first."""
    wanted = set(sources)
    pages = clients.elasticache.get_paginator("describe_events").paginate(StartTime=start, EndTime=end)
    found = [
        Event(at=event["Date"], source=event["SourceIdentifier"], message=event["Message"])
        for page in pages
        for event in page["Events"]
        if event["SourceIdentifier"] in wanted and event["Date"] >= start
    ]
    return tuple(sorted(found, key=lambda event: event.at))
