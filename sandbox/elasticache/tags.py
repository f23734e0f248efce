"""Tags of users, user groups, subnet groups, replication groups, their nodes, serverless caches, and snapshots."""

from __future__ import annotations

from sandbox.elasticache.context import Context, Operation
from sandbox.elasticache.protocol import Parameters, ServiceError
from sandbox.elasticache.state import Record

_NOT_FOUND = {
    "user": "UserNotFoundFault",
    "usergroup": "UserGroupNotFoundFault",
    "replicationgroup": "ReplicationGroupNotFoundFault",
    "serverlesscache": "ServerlessCacheNotFoundFault",
    "serverlesscachesnapshot": "ServerlessCacheSnapshotNotFoundFault",
    "snapshot": "SnapshotNotFoundFault",
    "subnetgroup": "CacheSubnetGroupNotFoundFault",
    "cluster": "CacheClusterNotFoundFault",
}
_ARN_PARTS = 7


def is_known_kind(arn: str) -> bool:
    """Whether an ARN names a resource whose tags are kept here."""
    return _kind(arn) in _NOT_FOUND


def add(context: Context, parameters: Parameters) -> Record:
    """AddTagsToResource."""
    tags = _tags(context, parameters)
    tags.update({tag["Key"]: tag.get("Value", "") for tag in parameters["Tags"]})
    return _listed(tags)


def remove(context: Context, parameters: Parameters) -> Record:
    """RemoveTagsFromResource."""
    tags = _tags(context, parameters)
    for key in parameters["TagKeys"]:
        tags.pop(key, None)
    return _listed(tags)


def list_all(context: Context, parameters: Parameters) -> Record:
    """ListTagsForResource."""
    return _listed(_tags(context, parameters))


def _tags(context: Context, parameters: Parameters) -> dict[str, str]:
    arn: str = parameters["ResourceName"]
    owner = arn
    if _kind(arn) == "cluster":
        # A node has its replication group's tags: `<group>-0001-001`.
        owner = context.arn("replicationgroup", arn.rpartition(":")[2].rsplit("-", 2)[0])
    if owner not in context.region.tags:
        raise ServiceError(_NOT_FOUND[_kind(arn)], f"{arn} not found.")
    return context.region.tags[owner]


def _kind(arn: str) -> str:
    parts = arn.split(":")
    return parts[5] if len(parts) == _ARN_PARTS else ""


def _listed(tags: dict[str, str]) -> Record:
    return {"TagList": [{"Key": key, "Value": value} for key, value in tags.items()]}


OPERATIONS: dict[str, Operation] = {
    "AddTagsToResource": add,
    "RemoveTagsFromResource": remove,
    "ListTagsForResource": list_all,
}
