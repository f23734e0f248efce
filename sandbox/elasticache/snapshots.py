"""Snapshots of replication groups: the RDB files of a real Redis Cluster, kept, copied, or exported to S3."""

from __future__ import annotations

import time
from pathlib import Path

from sandbox.elasticache import identifiers
from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record
from sandbox.redis_cluster import snapshots
from sandbox.redis_cluster.cluster import RedisCluster
from sandbox.redis_cluster.slots import told

LONGEST_NAME = 255
# Members that a snapshot has from its replication group.
_OF_GROUP = (
    "ReplicationGroupId", "CacheNodeType", "Engine", "EngineVersion", "PreferredMaintenanceWindow", "Port",
    "CacheParameterGroupName", "CacheSubnetGroupName", "AutoMinorVersionUpgrade", "SnapshotRetentionLimit",
    "SnapshotWindow", "AutomaticFailover", "DataTiering", "KmsKeyId",
)  # fmt: skip


def take(context: Context, group: Record, cluster: RedisCluster, parameters: Parameters, parameter: str) -> Record:
    """Take a snapshot of a replication group under the name, which no other has, that a parameter gives."""
    name = identifiers.new(parameters, parameter, longest=LONGEST_NAME)
    if name in context.region.snapshots:
        raise ServiceError("SnapshotAlreadyExistsFault", f"Snapshot {name} already exists.")
    files = snapshots.save(cluster)
    for shard_id, content in files.items():
        keep(folder(context, name) / f"{shard_id}.rdb", content)
    snapshot: Record = {
        **{member: group[member] for member in _OF_GROUP if member in group},
        "SnapshotName": name,
        "SnapshotStatus": "available",
        "SnapshotSource": "manual",
        "ReplicationGroupDescription": group["Description"],
        "NumNodeGroups": len(files),
        "NodeSnapshots": [
            {
                "NodeGroupId": shard_id,
                "CacheClusterId": primary.node.name,
                "NodeGroupConfiguration": {"Slots": told(primary.seen.slots)},
                "CacheSize": f"{len(files[shard_id])} B",
                "SnapshotCreateTime": time.time(),
            }
            for shard_id, primary in cluster.primaries().items()
        ],
        "ARN": context.arn("snapshot", name),
    }
    context.region.snapshots[name] = snapshot
    return snapshot


def describe(context: Context, parameters: Parameters) -> Record:
    """DescribeSnapshots."""
    wanted = parameters.get("SnapshotName")
    found = [find(context, wanted)] if wanted else list(context.region.snapshots.values())
    group = parameters.get("ReplicationGroupId", "").lower()
    return {"Snapshots": [one for one in found if group in ("", one["ReplicationGroupId"])]}


def copy(context: Context, parameters: Parameters) -> Record:
    """CopySnapshot: under another name or, where a bucket is named, as a file a shard into the bucket."""
    snapshot, target = find(context, parameters["SourceSnapshotName"]), parameters["TargetSnapshotName"]
    if "TargetBucket" in parameters:
        export(context, snapshot["SnapshotName"], target, parameters["TargetBucket"])
        return {"Snapshot": {**snapshot, "SnapshotStatus": "exporting"}}
    target = identifiers.new(parameters, "TargetSnapshotName", longest=LONGEST_NAME)
    if target in context.region.snapshots:
        raise ServiceError("SnapshotAlreadyExistsFault", f"Snapshot {target} already exists.")
    for file in files_of(context, snapshot["SnapshotName"]):
        keep(folder(context, target) / file.name, file.read_bytes())
    copied = {**snapshot, "SnapshotName": target, "ARN": context.arn("snapshot", target)}
    context.region.snapshots[target] = copied
    context.tag(copied["ARN"], parameters)
    return {"Snapshot": copied}


def delete(context: Context, parameters: Parameters) -> Record:
    """DeleteSnapshot."""
    snapshot = find(context, parameters["SnapshotName"])
    del context.region.snapshots[snapshot["SnapshotName"]]
    context.region.tags.pop(snapshot["ARN"], None)
    forget(context, snapshot["SnapshotName"])
    return {"Snapshot": {**snapshot, "SnapshotStatus": "deleting"}}


def find(context: Context, name: str) -> Record:
    """Return a snapshot; raise SnapshotNotFoundFault."""
    if (snapshot := context.region.snapshots.get(name.lower())) is None:
        raise ServiceError("SnapshotNotFoundFault", f"Snapshot {name} not found.")
    return snapshot


def seeds(context: Context, parameters: Parameters) -> list[str]:
    """Return the RDB files that a new replication group begins with: those of a snapshot, or objects of S3."""
    if "SnapshotName" in parameters:
        return [str(file) for file in files_of(context, find(context, parameters["SnapshotName"])["SnapshotName"])]
    objects = [context.objects.get(arn) for arn in parameters.get("SnapshotArns", [])]
    target = folder(context, f"objects-of-{parameters['ReplicationGroupId'].lower()}")
    return [str(keep(target / f"{number:04}.rdb", content)) for number, content in enumerate(objects, start=1)]


def export(context: Context, snapshot: str, target: str, bucket: str) -> None:
    """Store the files of a snapshot in a bucket, as `<target>-<shard>.rdb`."""
    files = files_of(context, snapshot)
    context.objects.put(bucket, {f"{target}-{file.name}": file.read_bytes() for file in files})


def folder(context: Context, name: str) -> Path:
    """Return where the files of a snapshot lie."""
    return context.data_plane.snapshots / context.region_name / name


def files_of(context: Context, name: str) -> list[Path]:
    """Return the files of a snapshot, shard by shard."""
    return sorted(folder(context, name).glob("*.rdb"))


def keep(file: Path, content: bytes) -> Path:
    """Write a file of a snapshot, and return it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def forget(context: Context, name: str) -> None:
    """Remove the files of a snapshot."""
    for file in files_of(context, name):
        file.unlink()
    folder(context, name).rmdir()


OPERATIONS: dict[str, Operation] = {
    "DescribeSnapshots": describe,
    "CopySnapshot": copy,
    "DeleteSnapshot": delete,
}
