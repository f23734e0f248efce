from __future__ import annotations

import time
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.elasticache import events
from sandbox.elasticache.context import Context
from sandbox.elasticache.protocol import ServiceError
from sandbox.elasticache.state import Region, State


def context(region: Region) -> Context:
    return Context(
        account="000000000000",
        region_name="us-east-1",
        state=State(regions={"us-east-1": region}),
        data_plane=cast("Any", None),
        objects=cast("Any", None),
        named_parameters={},
        parameter_family=None,
        subnets={},
        test_failover_quota=15,
        start_cluster=lambda _kind, _id, _specification: None,
        change_cluster=lambda _id: None,
        end_cluster=lambda _kind, _id: None,
    )


def messages(region: Region, **parameters: Any) -> list[str]:
    return [event["Message"] for event in events.describe_events(context(region), parameters)["Events"]]


@pytest.fixture
def region() -> Region:
    """Three events of two sources, the first of them two hours ago."""
    region = Region()
    events.record(region, events.REPLICATION_GROUP, "cache", "old")
    region.events[0]["Date"] -= 2 * 3600
    events.record(region, events.REPLICATION_GROUP, "cache", "group")
    events.record(region, events.CACHE_CLUSTER, "cache-0001-001", "node")
    return region


def test_events_of_the_last_hour_come_newest_first(region: Region) -> None:
    assert messages(region) == ["node", "group"]


def test_a_duration_reaches_further_back(region: Region) -> None:
    assert messages(region, Duration=180) == ["node", "group", "old"]


def test_a_start_and_an_end_limit_the_time(region: Region) -> None:
    now = time.time()

    assert messages(region, StartTime=now - 3 * 3600, EndTime=now - 3600) == ["old"]


def test_events_are_filtered_by_source(region: Region) -> None:
    assert messages(region, SourceType="cache-cluster") == ["node"]
    assert messages(region, SourceIdentifier="cache", SourceType="replication-group") == ["group"]
    assert messages(region, SourceIdentifier="other") == []


@given(count=st.integers(0, 60), size=st.integers(20, 100))
def test_pages_hold_every_event_once(count: int, size: int) -> None:
    region = Region()
    for number in range(count):
        events.record(region, events.REPLICATION_GROUP, "cache", str(number))

    page = events.describe_events(context(region), {"MaxRecords": size})
    found = page["Events"]
    while page["Marker"]:
        page = events.describe_events(context(region), {"MaxRecords": size, "Marker": page["Marker"]})
        found += page["Events"]

    assert [event["Message"] for event in found] == [str(number) for number in reversed(range(count))]


@pytest.mark.parametrize("size", [0, 19, 101])
def test_page_sizes_that_aws_refuses_are_refused(region: Region, size: int) -> None:
    with pytest.raises(ServiceError, match="allowed: 20 to 100"):
        messages(region, MaxRecords=size)


def test_every_event_has_a_date_of_its_own_in_milliseconds() -> None:
    region = Region()
    for number in range(20):
        events.record(region, events.REPLICATION_GROUP, "cache", str(number))

    dates = [event["Date"] for event in region.events]

    assert dates == sorted(set(dates))
    assert all(date == round(date, 3) for date in dates)


def test_events_older_than_aws_keeps_are_dropped(region: Region) -> None:
    region.events[0]["Date"] -= 15 * 24 * 3600

    events.record(region, events.REPLICATION_GROUP, "cache", "new")

    assert [event["Message"] for event in region.events] == ["group", "node", "new"]
