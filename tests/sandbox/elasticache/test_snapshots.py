from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration
KEYS = {f"snapshot:{number}": str(number) for number in range(20)}
ELASTICACHE = "us-east-1.elasticache-snapshot.amazonaws.com"
ONE_NODE: dict[str, Any] = {"NumNodeGroups": 1, "ReplicasPerNodeGroup": 0, "AutomaticFailoverEnabled": False}
EXPORT = (
    "s3:GetBucketAcl",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:ListBucketMultipartUploads",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
)


@pytest.fixture(scope="module")
def elasticache(sandbox: Sandbox, replication_group: str) -> Any:
    """ElastiCache, where a snapshot of the shared replication group holds `KEYS`, one of which expires."""
    client: Any = sandbox.redis(replication_group)
    for key, value in KEYS.items():
        client.set(key, value)
    client.expire("snapshot:0", 3600)
    elasticache = sandbox.client("elasticache")
    elasticache.create_snapshot(ReplicationGroupId=replication_group, SnapshotName="taken")
    return elasticache


@pytest.fixture
def bucket(sandbox: Sandbox) -> Iterator[str]:
    """A bucket that lets ElastiCache in."""
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="snapshots")
    grant(sandbox, "snapshots", *EXPORT)
    yield "snapshots"
    for each in s3.list_objects_v2(Bucket="snapshots").get("Contents", []):
        s3.delete_object(Bucket="snapshots", Key=each["Key"])
    s3.delete_bucket(Bucket="snapshots")


def grant(sandbox: Sandbox, bucket: str, *actions: str, denied: dict[str, Any] | None = None) -> None:
    arn = f"arn:aws:s3:::{bucket}"
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": ELASTICACHE},
        "Action": list(actions),
        "Resource": [arn, f"{arn}/*"],
    }
    statements = [allow, denied] if denied else [allow]
    policy = {"Version": "2012-10-17", "Statement": statements}
    sandbox.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def export(elasticache: Any, bucket: str) -> None:
    elasticache.copy_snapshot(SourceSnapshotName="taken", TargetSnapshotName="exports/taken", TargetBucket=bucket)


def test_a_snapshot_is_described_shard_by_shard(elasticache: Any, replication_group: str) -> None:
    (found,) = elasticache.describe_snapshots(SnapshotName="taken")["Snapshots"]

    assert (found["ReplicationGroupId"], found["SnapshotStatus"]) == (replication_group, "available")
    assert [shard["NodeGroupId"] for shard in found["NodeSnapshots"]] == ["0001", "0002", "0003"]


def test_a_second_snapshot_of_the_name_is_refused(elasticache: Any, replication_group: str) -> None:
    with pytest.raises(ClientError, match="SnapshotAlreadyExists"):
        elasticache.create_snapshot(ReplicationGroupId=replication_group, SnapshotName="taken")


def test_a_snapshot_waits_for_a_file_that_is_being_written(
    sandbox: Sandbox, elasticache: Any, replication_group: str
) -> None:
    cluster = sandbox.data_plane(replication_group)
    primary = cluster.primary(cluster.topology.shards[0])
    assert primary is not None
    server = cluster.server(primary)
    server.command("CONFIG SET", "rdb-key-save-delay", 20_000)
    try:
        server.command("BGSAVE")
        elasticache.create_snapshot(ReplicationGroupId=replication_group, SnapshotName="patient")
    finally:
        server.command("CONFIG SET", "rdb-key-save-delay", 0)

    elasticache.delete_snapshot(SnapshotName="patient")


def test_a_snapshot_is_refused_while_a_shard_has_no_primary(
    sandbox: Sandbox, elasticache: Any, replication_group: str
) -> None:
    cluster = sandbox.data_plane(replication_group)
    primary = cluster.primary(cluster.topology.shards[0])
    assert primary is not None
    process = cluster.server(primary).process
    assert process is not None
    process.signal(signal.SIGKILL)
    try:
        with pytest.raises(ClientError, match="Shard 0001 of shared has no primary now"):
            elasticache.create_snapshot(ReplicationGroupId=replication_group, SnapshotName="headless")
    finally:
        cluster.wait_until_healthy()


def test_an_export_is_a_file_of_redis_for_each_shard(sandbox: Sandbox, elasticache: Any, bucket: str) -> None:
    export(elasticache, bucket)

    s3 = sandbox.client("s3")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == [f"exports/taken-{shard}.rdb" for shard in ("0001", "0002", "0003")]
    assert all(s3.get_object(Bucket=bucket, Key=key)["Body"].read(5) == b"REDIS" for key in keys)


@pytest.mark.parametrize("missing", EXPORT)
def test_an_export_needs_every_permission(sandbox: Sandbox, elasticache: Any, bucket: str, missing: str) -> None:
    grant(sandbox, bucket, *(action for action in EXPORT if action != missing))

    with pytest.raises(ClientError, match=f"has not been granted .*{missing}"):
        export(elasticache, bucket)

    assert "Contents" not in sandbox.client("s3").list_objects_v2(Bucket=bucket)


def test_an_export_states_no_key_that_a_policy_could_ask_for(sandbox: Sandbox, elasticache: Any, bucket: str) -> None:
    encryption = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    denied = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": encryption,
    }
    grant(sandbox, bucket, *EXPORT, denied=denied)

    with pytest.raises(ClientError, match="has not been granted WRITE"):
        export(elasticache, bucket)


def test_an_export_needs_the_key_of_the_bucket(sandbox: Sandbox, elasticache: Any, bucket: str) -> None:
    key = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    sandbox.client("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": by_default}]},
    )

    with pytest.raises(ClientError, match="has not been granted kms:"):
        export(elasticache, bucket)


def test_a_new_group_of_another_shape_begins_with_a_snapshot(sandbox: Sandbox, elasticache: Any) -> None:
    sandbox.create_group("restored", SnapshotName="taken", **ONE_NODE)
    sandbox.wait_until("restored", "available")

    client: Any = sandbox.redis("restored")
    found = {key: client.get(key).decode() for key in KEYS}
    lifetime = client.ttl("snapshot:0")
    elasticache.delete_replication_group(ReplicationGroupId="restored", FinalSnapshotIdentifier="last")
    sandbox.wait_until_gone("restored")
    assert found == KEYS
    assert 0 < lifetime <= 3600
    assert elasticache.describe_snapshots(SnapshotName="last")["Snapshots"][0]["NumNodeGroups"] == 1


def test_a_new_group_begins_with_files_in_s3(sandbox: Sandbox, elasticache: Any, bucket: str) -> None:
    export(elasticache, bucket)
    arns = [f"arn:aws:s3:::{bucket}/exports/taken-{shard}.rdb" for shard in ("0001", "0002", "0003")]

    sandbox.create_group("seeded", SnapshotArns=arns, **ONE_NODE)
    sandbox.wait_until("seeded", "available")

    client: Any = sandbox.redis("seeded")
    found = {key: client.get(key).decode() for key in KEYS}
    elasticache.delete_replication_group(ReplicationGroupId="seeded")
    sandbox.wait_until_gone("seeded")
    assert found == KEYS


def test_what_is_no_file_of_redis_makes_no_group(sandbox: Sandbox, elasticache: Any, bucket: str) -> None:
    sandbox.client("s3").put_object(Bucket=bucket, Key="text.rdb", Body=b"not Redis")

    sandbox.create_group("never", SnapshotArns=[f"arn:aws:s3:::{bucket}/text.rdb"], **ONE_NODE)
    sandbox.wait_until("never", "create-failed")

    elasticache.delete_replication_group(ReplicationGroupId="never")
    sandbox.wait_until_gone("never")


def test_a_copy_outlives_its_original(elasticache: Any, replication_group: str) -> None:
    elasticache.create_snapshot(ReplicationGroupId=replication_group, SnapshotName="original")
    elasticache.copy_snapshot(SourceSnapshotName="original", TargetSnapshotName="copy")

    elasticache.delete_snapshot(SnapshotName="original")

    names = [each["SnapshotName"] for each in elasticache.describe_snapshots()["Snapshots"]]
    assert "copy" in names
    assert "original" not in names
