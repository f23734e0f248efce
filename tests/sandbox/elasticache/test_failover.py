from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox import processes
from tests.sandbox.conftest import TEST_FAILOVERS_PER_DAY, Sandbox

pytestmark = pytest.mark.integration
SMALL_REGION = "eu-north-1"


@pytest.fixture(scope="module")
def elasticache(sandbox: Sandbox) -> Any:
    """ElastiCache where the shared replication group is."""
    return sandbox.client("elasticache")


@pytest.fixture(scope="module")
def small_group(sandbox: Sandbox) -> Iterator[str]:
    """A replication group of one shard, too small for its nodes to elect a primary by themselves."""
    sandbox.create_users(region=SMALL_REGION)
    sandbox.create_group("small", region=SMALL_REGION, NumNodeGroups=1)
    sandbox.wait_until("small", "available", region=SMALL_REGION)
    yield "small"
    sandbox.client("elasticache", region=SMALL_REGION).delete_replication_group(ReplicationGroupId="small")


def primary_of(group: dict[str, Any], shard: str) -> str:
    node_group = next(one for one in group["NodeGroups"] if one["NodeGroupId"] == shard)
    return next(str(one["CacheClusterId"]) for one in node_group["NodeGroupMembers"] if one["CurrentRole"] == "primary")


def test_a_test_failover_kills_the_primary_and_tells_so_in_order(
    sandbox: Sandbox, elasticache: Any, replication_group: str
) -> None:
    old = primary_of(sandbox.wait_until(replication_group, "available"), "0002")
    pid_file = sandbox.directory.redis / f"us-east-1.{replication_group}" / old / "redis.pid"
    killed = processes.of_pid_file(pid_file)

    answer = elasticache.test_failover(ReplicationGroupId=replication_group, NodeGroupId="0002")
    with pytest.raises(ClientError, match="InvalidReplicationGroupState"):
        elasticache.test_failover(ReplicationGroupId=replication_group, NodeGroupId="0001")
    group = sandbox.wait_until(replication_group, "available")

    assert answer["ReplicationGroup"]["Status"] == "modifying"
    new = primary_of(group, "0002")
    assert new != old
    assert killed is not None
    assert not killed.is_running()
    events = sorted(elasticache.describe_events()["Events"], key=lambda event: event["Date"])
    start = max(number for number, event in enumerate(events) if "Test Failover API" in event["Message"])
    assert [(event["SourceType"], event["SourceIdentifier"], event["Message"]) for event in events[start:]] == [
        ("replication-group", replication_group, "Test Failover API called for node group 0002"),
        ("cache-cluster", old, f"Failover from primary node {old} to replica node {new} completed"),
        ("replication-group", replication_group, f"Failover from primary node {old} to replica node {new} completed"),
        ("cache-cluster", old, "Recovering cache nodes 0001"),
        ("cache-cluster", old, "Finished recovery for cache nodes 0001"),
    ]


def test_the_killed_node_is_back_in_sync_as_a_replica(sandbox: Sandbox, replication_group: str) -> None:
    group = sandbox.wait_until(replication_group, "available")
    primary_of(group, "0002")

    assert sandbox.data_plane(replication_group).is_healthy()


@pytest.mark.parametrize(
    ("group_id", "shard", "fault"),
    [
        ("unknown", "0001", "ReplicationGroupNotFoundFault"),
        ("shared", "0009", "NodeGroupNotFoundFault"),
        ("shared", "1", "NodeGroupNotFoundFault"),
    ],
)
@pytest.mark.usefixtures("replication_group")
def test_what_does_not_exist_is_named(elasticache: Any, group_id: str, shard: str, fault: str) -> None:
    with pytest.raises(ClientError, match=re.escape(fault)):
        elasticache.test_failover(ReplicationGroupId=group_id, NodeGroupId=shard)


def test_without_automatic_failover_there_is_none(elasticache: Any, replication_group: str) -> None:
    elasticache.modify_replication_group(ReplicationGroupId=replication_group, AutomaticFailoverEnabled=False)
    try:
        with pytest.raises(elasticache.exceptions.TestFailoverNotAvailableFault):
            elasticache.test_failover(ReplicationGroupId=replication_group, NodeGroupId="0001")
    finally:
        elasticache.modify_replication_group(ReplicationGroupId=replication_group, AutomaticFailoverEnabled=True)


def test_the_quota_of_a_day_is_kept_also_by_a_group_of_one_shard(sandbox: Sandbox, small_group: str) -> None:
    elasticache = sandbox.client("elasticache", region=SMALL_REGION)
    primaries = [primary_of(sandbox.group(small_group, region=SMALL_REGION), "0001")]
    for _ in range(TEST_FAILOVERS_PER_DAY):
        elasticache.test_failover(ReplicationGroupId=small_group, NodeGroupId="0001")
        primaries.append(primary_of(sandbox.wait_until(small_group, "available", region=SMALL_REGION), "0001"))

    with pytest.raises(ClientError) as refusal:
        elasticache.test_failover(ReplicationGroupId=small_group, NodeGroupId="0001")

    assert refusal.value.response["Error"]["Code"] == "APICallRateForCustomerExceeded"
    assert primaries[0] == primaries[2] != primaries[1]
