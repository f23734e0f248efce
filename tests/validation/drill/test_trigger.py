"""What a drill may do where: AWS's quota is respected, the sandbox's faults stay in the sandbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.stub import Stubber

from environments import Deployment, load
from validation.clients import Clients, connect
from validation.drill.events import Event, events_between, failovers_between
from validation.drill.trigger import DAILY_QUOTA, SANDBOX_ONLY, Trigger, pull, require_usable
from validation.errors import CouldNotRun

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def on_aws(monkeypatch: pytest.MonkeyPatch) -> Clients:
    """Clients of an account on AWS, whose answers are stubbed."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    return connect(Deployment(environment=load("prod"), sandbox=None))


def event(message: str, *, minutes_ago: int = 0, source: str = "tierstore-prod") -> dict[str, Any]:
    return {
        "SourceIdentifier": source,
        "SourceType": "replication-group",
        "Message": message,
        "Date": NOW - timedelta(minutes=minutes_ago),
    }


CALLED = event("Test Failover API called for node group 0001")


@pytest.mark.parametrize(("used", "allowed"), [(DAILY_QUOTA - 1, True), (DAILY_QUOTA, False)])
def test_the_daily_quota_of_aws_is_counted_before_the_call(used: int, *, allowed: bool, on_aws: Clients) -> None:
    other = event("Snapshot succeeded for replication group")
    with Stubber(on_aws.elasticache) as stub:
        stub.add_response("describe_events", {"Events": [other, *[CALLED] * 9], "Marker": "next"})
        stub.add_response("describe_events", {"Events": [CALLED] * (used - 9)})

        if allowed:
            require_usable(Trigger.API, on_aws, now=NOW)
        else:
            with pytest.raises(CouldNotRun, match="15 shards were failed over in the last 24 hours"):
                require_usable(Trigger.API, on_aws, now=NOW)


def test_the_quota_is_that_of_the_whole_account_in_the_last_day(on_aws: Clients) -> None:
    start = NOW - timedelta(days=1)
    with Stubber(on_aws.elasticache) as stub:
        stub.add_response(
            "describe_events",
            {"Events": [CALLED]},
            {"SourceType": "replication-group", "StartTime": start, "EndTime": NOW},
        )

        assert failovers_between(on_aws, start, NOW) == 1


@pytest.mark.parametrize("trigger", sorted(SANDBOX_ONLY))
def test_faults_are_for_the_sandbox_only(trigger: Trigger, on_aws: Clients) -> None:
    with pytest.raises(CouldNotRun, match="works on the sandbox only"):
        require_usable(trigger, on_aws, now=NOW)


def test_a_refusal_of_elasticache_is_passed_on(on_aws: Clients) -> None:
    with Stubber(on_aws.elasticache) as stub:
        stub.add_client_error("test_failover", "TestFailoverNotAvailableFault", "not now")

        with pytest.raises(CouldNotRun, match=r"TestFailoverNotAvailableFault.*not now"):
            pull(Trigger.API, on_aws, replication_group="tierstore-prod", shard="0001")


def test_events_are_those_of_the_group_and_its_nodes_oldest_first(on_aws: Clients) -> None:
    told = [
        event("Finished recovery", source="tierstore-prod-0001-001"),
        event("Test Failover API called", minutes_ago=2),
        event("somebody else's", minutes_ago=1, source="other"),
        event("long ago", minutes_ago=30),
    ]
    with Stubber(on_aws.elasticache) as stub:
        stub.add_response("describe_events", {"Events": told})

        found = events_between(on_aws, NOW - timedelta(minutes=5), NOW, ["tierstore-prod", "tierstore-prod-0001-001"])

    assert found == (
        Event(at=NOW - timedelta(minutes=2), source="tierstore-prod", message="Test Failover API called"),
        Event(at=NOW, source="tierstore-prod-0001-001", message="Finished recovery"),
    )
