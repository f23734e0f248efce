"""What operations really send, as IAM sees it: the truth that policies are judged by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisScan, RedisValues
from tierstore.s3.effects import S3Request, SignedForm, SignedUrl


@dataclass(frozen=True, kw_only=True)
class Part:
    """One action on one resource that a request asks IAM for."""

    action: str
    resource: str
    """Physical name of the table, with `/index/` and the index's; or of the bucket."""
    partition: str = ""
    """The partition key that a request to DynamoDB names."""
    key: str = ""
    """The object that a request to S3 names."""

    @property
    def kind(self) -> str:
        """What of the partition key is the same for all items of its kind."""
        return self.partition.partition("#")[0]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request of an operation."""

    pattern: str
    """Name of the access pattern that it serves."""
    effect: Any

    @property
    def parts(self) -> frozenset[Part]:
        """What it asks IAM for: several for a transaction, a batch or a copy."""
        return frozenset(_parts(self.effect))


def _parts(effect: Any) -> Iterator[Part]:
    match effect:
        case DynamoDBRequest(action=action, document=document):
            yield from _item_parts(action, document)
        case S3Request(action=action, parameters=parameters) | SignedUrl(action=action, parameters=parameters):
            yield from _object_parts(action, parameters)
        case SignedForm(bucket=bucket, key=key):
            yield Part(action="s3:PutObject", resource=bucket, key=key)
        case RedisRequest() | RedisBatch() | RedisValues() | RedisScan():
            yield Part(action="elasticache:Connect", resource="")


def _item_parts(action: str, document: Mapping[str, Any]) -> Iterator[Part]:
    match action:
        case "TransactWriteItems":
            for item in document["TransactItems"]:
                for verb, part in item.items():
                    single = "ConditionCheckItem" if verb == "ConditionCheck" else f"{verb}Item"
                    yield _item_part(single, part["TableName"], part.get("Key") or part["Item"])
        case "BatchGetItem" | "BatchWriteItem":
            for table, wanted in document["RequestItems"].items():
                for key in _batch_keys(wanted):
                    yield _item_part(action, table, key)
        case "Query":
            yield _query_part(document)
        case _:
            yield _item_part(action, document["TableName"], document.get("Key") or document["Item"])


def _batch_keys(wanted: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(wanted, dict):
        yield from wanted["Keys"]
    else:
        for write in wanted:
            (part,) = write.values()
            yield part.get("Key") or part["Item"]


def _item_part(action: str, table: str, key: Mapping[str, Any]) -> Part:
    return Part(action=f"dynamodb:{action}", resource=table, partition=key["pk"]["S"])


def _query_part(document: Mapping[str, Any]) -> Part:
    index = document.get("IndexName")
    resource = document["TableName"] + (f"/index/{index}" if index else "")
    partition = document["KeyConditionExpression"].split()[2]
    return Part(
        action="dynamodb:Query",
        resource=resource,
        partition=document["ExpressionAttributeValues"][partition]["S"],
    )


_OBJECT_ACTIONS: Mapping[str, Sequence[str]] = {
    "AbortMultipartUpload": ["AbortMultipartUpload"],
    "CompleteMultipartUpload": ["PutObject"],
    "CopyObject": ["PutObject"],
    "CreateMultipartUpload": ["PutObject"],
    "DeleteObject": ["DeleteObject"],
    # The library names versions, never objects.
    "DeleteObjects": ["DeleteObjectVersion"],
    # Whoever may not list a bucket is not told that an object does not exist.
    "GetObject": ["GetObject", "ListBucket"],
    "HeadObject": ["GetObject", "ListBucket"],
    "ListMultipartUploads": ["ListBucketMultipartUploads"],
    "ListObjectVersions": ["ListBucketVersions"],
    "ListObjectsV2": ["ListBucket"],
    "ListParts": ["ListMultipartUploadParts"],
    "PutObject": ["PutObject"],
    "UploadPart": ["PutObject"],
}
"""By call of S3's API, what IAM asks for (Amazon S3: required permissions of API operations)."""


def _object_parts(action: str, parameters: Mapping[str, Any]) -> Iterator[Part]:
    bucket, key = parameters["Bucket"], parameters.get("Key", parameters.get("Prefix", ""))
    key = next((entry["Key"] for entry in parameters.get("Delete", {}).get("Objects", ())), key)
    source = parameters.get("CopySource", {})
    if "VersionId" in parameters:
        yield Part(action="s3:GetObjectVersion", resource=bucket, key=key)
        return
    if source:
        read = "GetObjectVersion" if "VersionId" in source else "GetObject"
        yield Part(action=f"s3:{read}", resource=source["Bucket"], key=source["Key"])
    for name in _OBJECT_ACTIONS[action]:
        yield Part(action=f"s3:{name}", resource=bucket, key=key)
