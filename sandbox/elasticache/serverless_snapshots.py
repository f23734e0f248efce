"""Snapshots of serverless caches, which have operations of their own."""

from __future__ import annotations

import time

from sandbox.elasticache import identifiers, snapshots
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record
from sandbox.redis_cluster import snapshots as rdb
from sandbox.redis_cluster.cluster import RedisCluster

_CONFIGURATION = ("ServerlessCacheName", "Engine", "MajorEngineVersion")


def take(context: Context, cache: Record, cluster: RedisCluster, parameters: Parameters, parameter: str) -> Record:
    """Take a snapshot of a serverless cache under the name, which no other has, that a parameter gives."""
    name = identifiers.new(parameters, parameter, longest=snapshots.LONGEST_NAME)
    if name in context.region.serverless_snapshots:
        raise ServiceError("ServerlessCacheSnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
    files = rdb.save(cluster)
    for shard_id, content in files.items():
        snapshots.keep(snapshots.folder(context, _folder(name)) / f"{shard_id}.rdb", content)
    snapshot: Record = {
        "ServerlessCacheSnapshotName": name,
        "Status": "available",
        "SnapshotType": "manual",
        "CreateTime": time.time(),
        "BytesUsedForCache": str(sum(map(len, files.values()))),
        "KmsKeyId": cache.get("KmsKeyId"),
        "ServerlessCacheConfiguration": {member: cache[member] for member in _CONFIGURATION},
        "ARN": context.arn("serverlesscachesnapshot", name),
    }
    context.region.serverless_snapshots[name] = snapshot
    return snapshot


def describe(context: Context, parameters: Parameters) -> Record:
    """DescribeServerlessCacheSnapshots."""
    wanted = parameters.get("ServerlessCacheSnapshotName")
    found = [find(context, wanted)] if wanted else list(context.region.serverless_snapshots.values())
    cache = parameters.get("ServerlessCacheName", "").lower()
    return {
        "ServerlessCacheSnapshots": [
            one for one in found if cache in ("", one["ServerlessCacheConfiguration"]["ServerlessCacheName"])
        ]
    }


def export(context: Context, parameters: Parameters) -> Record:
    """ExportServerlessCacheSnapshot: as a file into a bucket."""
    snapshot = find(context, parameters["ServerlessCacheSnapshotName"])
    name = snapshot["ServerlessCacheSnapshotName"]
    snapshots.export(context, _folder(name), name, parameters["S3BucketName"])
    return {"ServerlessCacheSnapshot": {**snapshot, "Status": "exporting"}}


def delete(context: Context, parameters: Parameters) -> Record:
    """DeleteServerlessCacheSnapshot."""
    snapshot = find(context, parameters["ServerlessCacheSnapshotName"])
    name = snapshot["ServerlessCacheSnapshotName"]
    del context.region.serverless_snapshots[name]
    context.region.tags.pop(snapshot["ARN"], None)
    snapshots.forget(context, _folder(name))
    return {"ServerlessCacheSnapshot": {**snapshot, "Status": "deleting"}}


def find(context: Context, name: str) -> Record:
    """Return a snapshot; raise ServerlessCacheSnapshotNotFoundFault."""
    if (snapshot := context.region.serverless_snapshots.get(name.lower())) is None:
        raise ServiceError("ServerlessCacheSnapshotNotFoundFault", f"Serverless cache snapshot {name} not found.")
    return snapshot


def seeds(context: Context, parameters: Parameters) -> list[str]:
    """Return the RDB files of the snapshots (ARNs of either kind) that a new serverless cache begins with."""
    return [
        str(file)
        for arn in parameters.get("SnapshotArnsToRestore", [])
        for file in snapshots.files_of(context, _named_by(context, arn))
    ]


def _named_by(context: Context, arn: str) -> str:
    kind, _, name = arn.rpartition(":")
    if kind.endswith(":snapshot"):
        return str(snapshots.find(context, name)["SnapshotName"])
    return _folder(find(context, name)["ServerlessCacheSnapshotName"])


def _folder(name: str) -> str:
    # No name of a snapshot has a dot.
    return f"serverless.{name}"


OPERATIONS: dict[str, Operation] = {
    "DescribeServerlessCacheSnapshots": describe,
    "ExportServerlessCacheSnapshot": export,
    "DeleteServerlessCacheSnapshot": delete,
}
