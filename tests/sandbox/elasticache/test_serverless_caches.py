from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from botocore.exceptions import ClientError

from sandbox import cli
from tests.sandbox.conftest import APPLICATION, PATIENCE, Sandbox

pytestmark = pytest.mark.integration
NAME = "serverless"
ASKED: dict[str, Any] = {
    "ServerlessCacheName": NAME,
    "Engine": "redis",
    "UserGroupId": "users",
    "CacheUsageLimits": {"DataStorage": {"Maximum": 5, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 5000}},
    "SecurityGroupIds": ["sg-1"],
    "SubnetIds": ["subnet-1", "subnet-2"],
    "SnapshotRetentionLimit": 3,
    "Tags": [{"Key": "Environment", "Value": "test"}],
}


@pytest.fixture(scope="module")
def elasticache(sandbox: Sandbox, replication_group: str) -> Any:
    """ElastiCache, where the user group `users` of the shared replication group is."""
    sandbox.wait_until(replication_group, "available")
    return sandbox.client("elasticache")


@pytest.fixture(scope="module")
def cache(elasticache: Any) -> Iterator[dict[str, Any]]:
    """An available serverless cache, beside the shared replication group."""
    elasticache.create_serverless_cache(**ASKED)
    yield wait_until_available(elasticache)
    elasticache.delete_serverless_cache(ServerlessCacheName=NAME)


def wait_until_available(elasticache: Any) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while (found := described(elasticache))["Status"] != "available":
        assert time.monotonic() < deadline, f"{NAME} is still {found['Status']}"
        time.sleep(0.1)
    return found


def described(elasticache: Any) -> dict[str, Any]:
    found: dict[str, Any] = elasticache.describe_serverless_caches(ServerlessCacheName=NAME)["ServerlessCaches"][0]
    return found


def client_of(sandbox: Sandbox, cache: dict[str, Any], **options: Any) -> Any:
    passwords = json.loads(sandbox.connection.redis.user_passwords_file.read_text())
    return redis.RedisCluster(
        host=cache["Endpoint"]["Address"],
        port=cache["Endpoint"]["Port"],
        ssl=True,
        ssl_ca_certs=str(sandbox.connection.redis.ca_file),
        **{"username": APPLICATION, "password": passwords[APPLICATION], **options},
    )


def test_a_cache_is_described_as_asked_for(cache: dict[str, Any]) -> None:
    assert {**cache, **ASKED} == {**cache, "Tags": ASKED["Tags"]}
    assert (cache["MajorEngineVersion"], cache["Endpoint"]["Port"]) == ("7", 6379)
    assert cache["ARN"].endswith(f":serverlesscache:{NAME}")


@pytest.mark.usefixtures("cache")
def test_status_tells_of_it(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["--directory", str(sandbox.directory.root), "status"])

    lines = capsys.readouterr().out.splitlines()
    assert f"serverless cache    {NAME}: available in us-east-1" in lines
    assert len([line for line in lines if f" {NAME}-0001-" in line]) == 2


def test_an_application_reads_and_writes(sandbox: Sandbox, cache: dict[str, Any]) -> None:
    client = client_of(sandbox, cache)

    client.set("key", "value")

    assert client.get("key") == b"value"


@pytest.mark.parametrize("command", ["WAIT 1 10", "KEYS *", "OBJECT FREQ key"])
def test_what_no_serverless_cache_runs_is_denied(sandbox: Sandbox, cache: dict[str, Any], command: str) -> None:
    client = client_of(sandbox, cache)

    with pytest.raises(redis.RedisError, match="no permissions"):
        client.execute_command(*command.split(), target_nodes=client.get_primaries()[0])


def test_nobody_else_is_let_in(sandbox: Sandbox, cache: dict[str, Any]) -> None:
    with pytest.raises(redis.exceptions.RedisClusterException, match="cannot be connected"):
        client_of(sandbox, cache, username=None, password=None)


def test_a_limit_is_changed_in_place(sandbox: Sandbox, elasticache: Any, cache: dict[str, Any]) -> None:
    client_of(sandbox, cache).set("kept", "value")
    changed = {"DataStorage": {"Maximum": 20, "Unit": "GB"}, "ECPUPerSecond": {"Maximum": 9000}}

    elasticache.modify_serverless_cache(ServerlessCacheName=NAME, CacheUsageLimits=changed)

    found = described(elasticache)
    assert found["CacheUsageLimits"] == changed
    assert client_of(sandbox, found).get("kept") == b"value"


@pytest.mark.parametrize(
    "limits",
    [
        {"DataStorage": {"Maximum": 5001, "Unit": "GB"}},
        {"ECPUPerSecond": {"Maximum": 999}},
        {"ECPUPerSecond": {"Minimum": 3000, "Maximum": 2000}},
    ],
)
@pytest.mark.usefixtures("cache")
def test_an_impossible_limit_changes_nothing(elasticache: Any, limits: dict[str, Any]) -> None:
    before = described(elasticache)

    with pytest.raises(ClientError, match="InvalidParameterValue"):
        elasticache.modify_serverless_cache(ServerlessCacheName=NAME, CacheUsageLimits=limits)

    assert described(elasticache) == before


def test_users_obey_a_changed_access_string_at_once(sandbox: Sandbox, elasticache: Any, cache: dict[str, Any]) -> None:
    before = elasticache.describe_users(UserId=APPLICATION)["Users"][0]["AccessString"]
    client = client_of(sandbox, cache)
    elasticache.modify_user(UserId=APPLICATION, AccessString="on ~* +@read +cluster")
    try:
        with pytest.raises(redis.RedisError, match="no permissions"):
            client.set("key", "value")
    finally:
        elasticache.modify_user(UserId=APPLICATION, AccessString=before)


def test_a_user_group_in_use_stays(elasticache: Any, cache: dict[str, Any]) -> None:
    group = elasticache.describe_user_groups(UserGroupId="users")["UserGroups"][0]

    with pytest.raises(ClientError, match=NAME):
        elasticache.delete_user_group(UserGroupId="users")

    assert group["ServerlessCaches"] == [cache["ServerlessCacheName"]]


def test_tags_are_kept_with_it(elasticache: Any, cache: dict[str, Any]) -> None:
    elasticache.add_tags_to_resource(ResourceName=cache["ARN"], Tags=[{"Key": "Owner", "Value": "storage"}])

    found = elasticache.list_tags_for_resource(ResourceName=cache["ARN"])["TagList"]
    assert found == [*ASKED["Tags"], {"Key": "Owner", "Value": "storage"}]


@pytest.mark.usefixtures("cache")
def test_a_second_cache_of_the_name_is_refused(elasticache: Any) -> None:
    with pytest.raises(ClientError, match="ServerlessCacheAlreadyExists"):
        elasticache.create_serverless_cache(**ASKED)


@pytest.mark.usefixtures("cache")
def test_a_snapshot_needs_a_name_that_is_one(elasticache: Any) -> None:
    with pytest.raises(ClientError, match="The parameter ServerlessCacheSnapshotName is not a valid identifier"):
        elasticache.create_serverless_cache_snapshot(ServerlessCacheName=NAME, ServerlessCacheSnapshotName="../taken")


def test_what_is_not_there_is_told(elasticache: Any) -> None:
    with pytest.raises(ClientError, match="ServerlessCacheNotFound"):
        elasticache.describe_serverless_caches(ServerlessCacheName="another")


def test_a_snapshot_is_exported_as_files_of_redis(sandbox: Sandbox, elasticache: Any, cache: dict[str, Any]) -> None:
    client_of(sandbox, cache).set("in the snapshot", "value")
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="of-serverless")
    arn = "arn:aws:s3:::of-serverless"
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "us-east-1.elasticache-snapshot.amazonaws.com"},
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
    }
    s3.put_bucket_policy(Bucket="of-serverless", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))

    elasticache.create_serverless_cache_snapshot(ServerlessCacheName=NAME, ServerlessCacheSnapshotName="taken-here")
    elasticache.export_serverless_cache_snapshot(ServerlessCacheSnapshotName="taken-here", S3BucketName="of-serverless")

    found = elasticache.describe_serverless_cache_snapshots(ServerlessCacheName=NAME)["ServerlessCacheSnapshots"]
    assert [each["Status"] for each in found] == ["available"]
    exported = s3.get_object(Bucket="of-serverless", Key="taken-here-0001.rdb")["Body"].read()
    assert exported.startswith(b"REDIS")
    assert b"in the snapshot" in exported
