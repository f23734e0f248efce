"""What happened to replication groups and their nodes, in AWS's words and order.

The words: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html#auto-failover-test
"""

from __future__ import annotations

import time

from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record, Region

REPLICATION_GROUP = "replication-group"
CACHE_CLUSTER = "cache-cluster"

# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeEvents.html
_KEPT_SECONDS = 14 * 24 * 3600
_DEFAULT_MINUTES = 60
_DEFAULT_RECORDS = 100
_RECORDS = range(20, 101)
# Dates are written in milliseconds; each event gets a date of its own, so that sorting by date keeps the order.
_TICK = 0.001


def record(region: Region, source_type: str, source: str, message: str) -> None:
    """Add an event; those older than AWS keeps are dropped."""
    now = time.time()
    if region.events:
        now = max(now, region.events[-1]["Date"] + _TICK)
    region.events.append(
        {"SourceIdentifier": source, "SourceType": source_type, "Message": message, "Date": round(now, 3)}
    )
    region.events[:] = [event for event in region.events if event["Date"] > now - _KEPT_SECONDS]


def describe_events(context: Context, parameters: Parameters) -> Record:
    """DescribeEvents: newest first, of the last hour unless told otherwise."""
    limit = parameters.get("MaxRecords", _DEFAULT_RECORDS)
    if limit not in _RECORDS:
        raise ServiceError(
            "InvalidParameterValueException",
            f"MaxRecords is {limit}; allowed: {_RECORDS.start} to {_RECORDS.stop - 1}.",
        )
    start, end = _window(parameters)
    matching = [
        event
        for event in reversed(context.region.events)
        if start <= event["Date"] <= end
        and parameters.get("SourceIdentifier", event["SourceIdentifier"]) == event["SourceIdentifier"]
        and parameters.get("SourceType", event["SourceType"]) == event["SourceType"]
    ]
    first = int(parameters.get("Marker", "0"))
    page = matching[first : first + limit]
    more = first + len(page) < len(matching)
    return {"Events": page, "Marker": str(first + len(page)) if more else None}


def _window(parameters: Parameters) -> tuple[float, float]:
    end = parameters.get("EndTime", time.time() + 1)
    minutes = parameters.get("Duration", _DEFAULT_MINUTES)
    start = parameters.get("StartTime", end - minutes * 60)
    if "StartTime" in parameters and "Duration" in parameters:
        end = min(end, start + minutes * 60)
    return start, end


OPERATIONS: dict[str, Operation] = {"DescribeEvents": describe_events}
