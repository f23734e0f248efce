from __future__ import annotations

import time
from typing import Any

import pytest
import redis
from botocore.exceptions import ClientError

from sandbox import processes
from sandbox.redis_cluster import configuration
from tests.sandbox.conftest import APPLICATION, PATIENCE, Sandbox

pytestmark = pytest.mark.integration
OTHER_REGION = "us-west-2"


@pytest.fixture(scope="module")
def elasticache(sandbox: Sandbox) -> Any:
    """ElastiCache where the shared replication group is."""
    return sandbox.client("elasticache")


def test_a_group_is_described_as_it_runs(sandbox: Sandbox, replication_group: str) -> None:
    group = sandbox.group(replication_group)

    roles = [[node["CurrentRole"] for node in shard["NodeGroupMembers"]] for shard in group["NodeGroups"]]
    addresses = {node["ReadEndpoint"]["Address"] for shard in group["NodeGroups"] for node in shard["NodeGroupMembers"]}
    assert [sorted(shard) for shard in roles] == [["primary", "replica"]] * 3
    assert len(addresses) == 6
    assert [shard["Slots"] for shard in group["NodeGroups"]] == ["0-5460", "5461-10921", "10922-16383"]


def test_members_are_described_as_cache_clusters(elasticache: Any, replication_group: str) -> None:
    found = elasticache.describe_cache_clusters(ShowCacheNodeInfo=True)["CacheClusters"]

    assert [one["CacheClusterId"] for one in found][:2] == ["shared-0001-001", "shared-0001-002"]
    assert {one["ReplicationGroupId"] for one in found} == {replication_group}
    assert all(one["CacheNodes"][0]["Endpoint"]["Address"].startswith("127.") for one in found)


def test_an_application_reads_and_writes_on_every_shard(sandbox: Sandbox, replication_group: str) -> None:
    client: Any = sandbox.redis(replication_group)

    for number in range(30):
        client.set(f"key:{number}", number)

    assert [client.get(f"key:{number}") for number in range(30)] == [str(number).encode() for number in range(30)]
    assert len({client.keyslot(f"key:{number}") * 3 // 16384 for number in range(30)}) == 3


def test_what_elasticache_restricts_is_denied(sandbox: Sandbox, replication_group: str) -> None:
    client: Any = sandbox.redis(replication_group)

    with pytest.raises(redis.exceptions.NoPermissionError):
        client.config_get(target_nodes=client.get_primaries()[0])


@pytest.mark.parametrize(
    "options",
    [{"password": "wrong"}, {"username": None, "password": None}, {"username": "default", "password": ""}],
    ids=["wrong password", "no user", "default user"],
)
def test_nobody_else_is_let_in(sandbox: Sandbox, replication_group: str, options: dict[str, Any]) -> None:
    with pytest.raises(redis.exceptions.RedisClusterException, match="cannot be connected"):
        sandbox.redis(replication_group, **options)


def test_nothing_listens_without_tls(sandbox: Sandbox, replication_group: str) -> None:
    endpoint = sandbox.group(replication_group)["ConfigurationEndpoint"]

    with pytest.raises(redis.ConnectionError):
        redis.Redis(host=endpoint["Address"], port=endpoint["Port"], socket_timeout=1).ping()


def test_users_obey_a_changed_access_string_at_once(sandbox: Sandbox, elasticache: Any, replication_group: str) -> None:
    before = elasticache.describe_users(UserId=APPLICATION)["Users"][0]["AccessString"]
    client: Any = sandbox.redis(replication_group)
    elasticache.modify_user(UserId=APPLICATION, AccessString="on ~* +@read +cluster")
    try:
        with pytest.raises(redis.RedisError, match="no permissions"):
            client.set("key", "value")
    finally:
        elasticache.modify_user(UserId=APPLICATION, AccessString=before)

    assert sandbox.redis(replication_group).set("key", "value")


def test_nodes_obey_a_changed_parameter_group_at_once(
    sandbox: Sandbox, elasticache: Any, replication_group: str
) -> None:
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="evicting", CacheParameterGroupFamily="redis7", Description="evicts"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName="evicting",
        ParameterNameValues=[
            {"ParameterName": "cluster-enabled", "ParameterValue": "yes"},
            {"ParameterName": "maxmemory-policy", "ParameterValue": "allkeys-lfu"},
        ],
    )

    elasticache.modify_replication_group(
        ReplicationGroupId=replication_group, CacheParameterGroupName="evicting", ApplyImmediately=True
    )

    servers = sandbox.data_plane(replication_group).servers
    assert {server.command("CONFIG GET", "maxmemory-policy")["maxmemory-policy"] for server in servers} == {
        "allkeys-lfu"
    }


def test_redis_knows_every_parameter_that_is_handed_on(sandbox: Sandbox, replication_group: str) -> None:
    known = sandbox.data_plane(replication_group).servers[0].command("CONFIG GET", "*")

    assert known.keys() >= configuration._PARAMETERS


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ReplicationGroupId": "shared"}, "ReplicationGroupAlreadyExists"),
        ({"UserGroupIds": ["unknown"]}, "UserGroupNotFound"),
        ({"TransitEncryptionEnabled": False}, "InvalidParameterCombination"),
        ({"CacheParameterGroupName": "default.redis7"}, "InvalidParameterCombination"),
        ({"NumNodeGroups": 0}, "InvalidParameterValue"),
        ({"ReplicasPerNodeGroup": 6}, "InvalidParameterValue"),
        ({"NumNodeGroups": 46}, "InvalidParameterValue"),
        ({"ReplicasPerNodeGroup": 0}, "InvalidParameterCombination"),
        ({"Port": 60000}, "InvalidParameterValue"),
        ({"CacheSubnetGroupName": "unknown"}, "CacheSubnetGroupNotFoundFault"),
        ({"CacheParameterGroupName": "unknown"}, "CacheParameterGroupNotFound"),
        ({"Engine": "memcached"}, "InvalidParameterValue"),
        ({"ReplicationGroupId": "../wrong"}, "InvalidParameterValue"),
    ],
)
@pytest.mark.usefixtures("replication_group")
def test_impossible_groups_are_refused(sandbox: Sandbox, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refusal:
        sandbox.create_group("wrong", **changes)

    assert refusal.value.response["Error"]["Code"] == code


def test_a_parameter_group_that_is_not_there_changes_nothing(
    sandbox: Sandbox, elasticache: Any, replication_group: str
) -> None:
    before = sandbox.group(replication_group)

    with pytest.raises(ClientError, match="CacheParameterGroup unknown not found"):
        elasticache.modify_replication_group(ReplicationGroupId=replication_group, CacheParameterGroupName="unknown")

    assert sandbox.group(replication_group) == before


def test_a_deleted_group_leaves_no_process_and_no_data(sandbox: Sandbox) -> None:
    elasticache = sandbox.client("elasticache", region=OTHER_REGION)
    sandbox.create_users(region=OTHER_REGION)
    sandbox.create_group("brief", region=OTHER_REGION, NumNodeGroups=1)
    sandbox.wait_until("brief", "available", region=OTHER_REGION)
    folder = sandbox.directory.redis / f"{OTHER_REGION}.brief"
    nodes = [processes.of_pid_file(pid_file) for pid_file in folder.rglob("redis.pid")]

    elasticache.delete_replication_group(ReplicationGroupId="brief")
    deadline = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.1)

    assert len(nodes) == 2
    assert not any(node is None or node.is_running() for node in nodes)
    with pytest.raises(elasticache.exceptions.ReplicationGroupNotFoundFault):
        sandbox.group("brief", region=OTHER_REGION)


def test_a_group_that_cannot_be_started_says_why(sandbox: Sandbox) -> None:
    region = "ap-south-1"
    elasticache = sandbox.client("elasticache", region=region)
    sandbox.create_users(region=region)
    elasticache.create_cache_parameter_group(
        CacheParameterGroupName="broken", CacheParameterGroupFamily="redis7", Description="no such policy"
    )
    elasticache.modify_cache_parameter_group(
        CacheParameterGroupName="broken",
        ParameterNameValues=[{"ParameterName": "maxmemory-policy", "ParameterValue": "none-such"}],
    )

    sandbox.create_group("unlucky", region=region, CacheParameterGroupName="broken", ClusterMode="enabled")

    sandbox.wait_until("unlucky", "create-failed", region=region)
    events = elasticache.describe_events(SourceIdentifier="unlucky")["Events"]
    assert "Redis node unlucky-0001-001 ended at once" in events[0]["Message"]
    assert not (sandbox.directory.redis / f"{region}.unlucky").exists()
