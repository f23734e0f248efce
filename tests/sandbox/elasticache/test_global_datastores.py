from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from botocore.exceptions import ClientError

from tests.sandbox.conftest import APPLICATION, Sandbox

pytestmark = pytest.mark.integration
HOME, AWAY = "eu-west-1", "eu-central-1"
LARGE = {"NumNodeGroups": 1, "CacheNodeType": "cache.r7g.large"}


@pytest.fixture(scope="module")
def home(sandbox: Sandbox) -> Any:
    """ElastiCache where the primary is at first."""
    return sandbox.client("elasticache", region=HOME)


@pytest.fixture(scope="module")
def away(sandbox: Sandbox) -> Any:
    """ElastiCache where the secondary is at first."""
    return sandbox.client("elasticache", region=AWAY)


def create_secondary(away: Any, global_id: str, **changes: Any) -> None:
    asked = {
        "ReplicationGroupId": "world-replica",
        "ReplicationGroupDescription": "a test's",
        "GlobalReplicationGroupId": global_id,
        "UserGroupIds": ["users"],
    }
    away.create_replication_group(**{**asked, **changes})


@pytest.fixture(scope="module")
def datastore(sandbox: Sandbox, home: Any, away: Any) -> Iterator[str]:
    """The id of a global datastore of `world` at home and `world-replica` away; both are there no more afterwards."""
    for region in (HOME, AWAY):
        sandbox.create_users(region=region)
    sandbox.create_group("world", region=HOME, **LARGE)
    sandbox.wait_until("world", "available", region=HOME)
    created = home.create_global_replication_group(
        GlobalReplicationGroupIdSuffix="world", PrimaryReplicationGroupId="world"
    )["GlobalReplicationGroup"]
    global_id: str = created["GlobalReplicationGroupId"]
    assert created["Status"] == "primary-only"
    create_secondary(away, global_id)
    sandbox.wait_until("world-replica", "available", region=AWAY)
    yield global_id
    away.disassociate_global_replication_group(
        GlobalReplicationGroupId=global_id, ReplicationGroupId="world-replica", ReplicationGroupRegion=AWAY
    )
    home.delete_global_replication_group(GlobalReplicationGroupId=global_id, RetainPrimaryReplicationGroup=True)
    home.delete_replication_group(ReplicationGroupId="world")
    away.delete_replication_group(ReplicationGroupId="world-replica")
    sandbox.wait_until_gone("world", region=HOME)
    sandbox.wait_until_gone("world-replica", region=AWAY)


def roles(client: Any, global_id: str) -> dict[str, str]:
    found = client.describe_global_replication_groups(GlobalReplicationGroupId=global_id, ShowMemberInfo=True)
    return {
        member["ReplicationGroupRegion"]: member["Role"] for member in found["GlobalReplicationGroups"][0]["Members"]
    }


def test_it_is_described_with_its_members_from_either_region(home: Any, away: Any, datastore: str) -> None:
    (described,) = away.describe_global_replication_groups(ShowMemberInfo=True)["GlobalReplicationGroups"]

    assert described["GlobalReplicationGroupId"] == datastore
    assert described["Status"] == "available"
    assert (described["CacheNodeType"], described["ClusterEnabled"]) == ("cache.r7g.large", True)
    assert roles(home, datastore) == {HOME: "PRIMARY", AWAY: "SECONDARY"}


def test_a_secondary_has_what_its_primary_has(sandbox: Sandbox, datastore: str) -> None:
    primary, secondary = sandbox.group("world", region=HOME), sandbox.group("world-replica", region=AWAY)

    same = ("CacheNodeType", "Engine", "ClusterEnabled", "AutomaticFailover", "MultiAZ", "TransitEncryptionEnabled")
    assert [secondary[name] for name in same] == [primary[name] for name in same]
    assert len(secondary["NodeGroups"]) == len(primary["NodeGroups"])
    assert secondary["GlobalReplicationGroupInfo"] == {
        "GlobalReplicationGroupId": datastore,
        "GlobalReplicationGroupMemberRole": "SECONDARY",
    }


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"GlobalReplicationGroupId": "abcde-unknown"}, "GlobalReplicationGroupNotFoundFault"),
        ({"CacheNodeType": "cache.r7g.large"}, "InvalidParameterCombination"),
        ({"CacheParameterGroupName": "default.redis7.cluster.on"}, "InvalidParameterCombination"),
        ({"ReplicasPerNodeGroup": 0}, "InvalidParameterCombination"),
    ],
)
def test_a_secondary_that_cannot_be_is_refused(away: Any, datastore: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refusal:
        create_secondary(away, **{"global_id": datastore, "ReplicationGroupId": "wrong", **changes})

    assert refusal.value.response["Error"]["Code"] == code


def test_nothing_is_taken_from_a_global_datastore_alone(home: Any, away: Any, datastore: str) -> None:
    with pytest.raises(ClientError, match="modify that one"):
        home.modify_replication_group(ReplicationGroupId="world", CacheNodeType="cache.r7g.xlarge")
    with pytest.raises(ClientError, match="belongs to the global replication group"):
        away.delete_replication_group(ReplicationGroupId="world-replica")
    with pytest.raises(ClientError, match="cannot be disassociated"):
        home.disassociate_global_replication_group(
            GlobalReplicationGroupId=datastore, ReplicationGroupId="world", ReplicationGroupRegion=HOME
        )
    with pytest.raises(ClientError, match="has secondaries"):
        home.delete_global_replication_group(GlobalReplicationGroupId=datastore, RetainPrimaryReplicationGroup=True)


def test_its_members_change_together(sandbox: Sandbox, home: Any, datastore: str) -> None:
    home.modify_global_replication_group(
        GlobalReplicationGroupId=datastore, ApplyImmediately=True, CacheNodeType="cache.r7g.xlarge"
    )

    found = [sandbox.group("world", region=HOME), sandbox.group("world-replica", region=AWAY)]
    assert {group["CacheNodeType"] for group in found} == {"cache.r7g.xlarge"}


def test_small_nodes_are_refused(home: Any, datastore: str) -> None:
    with pytest.raises(ClientError, match=r"not supported on cache\.t4g\.small"):
        home.modify_global_replication_group(
            GlobalReplicationGroupId=datastore, ApplyImmediately=True, CacheNodeType="cache.t4g.small"
        )


def test_only_the_primary_takes_writes(sandbox: Sandbox, away: Any, datastore: str) -> None:
    here: Any = sandbox.redis("world", region=HOME)
    there: Any = sandbox.redis("world-replica", region=AWAY)
    assert here.set("key", "value")
    with pytest.raises(redis.exceptions.NoPermissionError):
        there.set("key", "value")

    away.failover_global_replication_group(
        GlobalReplicationGroupId=datastore, PrimaryRegion=AWAY, PrimaryReplicationGroupId="world-replica"
    )
    try:
        assert roles(away, datastore) == {HOME: "SECONDARY", AWAY: "PRIMARY"}
        assert there.set("key", "value")
        with pytest.raises(redis.exceptions.NoPermissionError):
            here.set("key", "value")
    finally:
        away.failover_global_replication_group(
            GlobalReplicationGroupId=datastore, PrimaryRegion=HOME, PrimaryReplicationGroupId="world"
        )


@pytest.mark.usefixtures("datastore")
def test_a_changed_user_of_a_secondary_still_writes_nothing(sandbox: Sandbox, away: Any) -> None:
    away.modify_user(UserId=APPLICATION, AppendAccessString="+@write")

    client: Any = sandbox.redis("world-replica", region=AWAY)
    with pytest.raises(redis.exceptions.NoPermissionError):
        client.set("key", "value")
