"""Brings back an object that was overwritten and then deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from validation.checks.s3_data import PREFIX
from validation.clients import Clients
from validation.drill.restore.stage import Stage

GOOD: Final = b"as it was meant"
BAD: Final = b"overwritten by mistake"


@contextmanager
def lost_object(clients: Clients, stage: Stage) -> Iterator[str]:
    """The key of an object that was overwritten and then deleted; all of its versions are removed at the end."""
    key = f"{PREFIX}restore/{stage.run}"
    try:
        for body in (GOOD, BAD):
            clients.s3.put_object(Bucket=stage.bucket, Key=key, Body=body, **_encryption(stage))
        clients.s3.delete_object(Bucket=stage.bucket, Key=key)
        yield key
    finally:
        versions = clients.s3.list_object_versions(Bucket=stage.bucket, Prefix=key)
        for version in (*versions.get("Versions", []), *versions.get("DeleteMarkers", [])):
            clients.s3.delete_object(Bucket=stage.bucket, Key=key, VersionId=version["VersionId"])


def undelete(clients: Clients, stage: Stage, key: str) -> bool:
    """Remove the delete marker; tells whether the object is back as it was when it was deleted."""
    listed = clients.s3.list_object_versions(Bucket=stage.bucket, Prefix=key)
    for marker in listed.get("DeleteMarkers", []):
        if marker["IsLatest"]:
            clients.s3.delete_object(Bucket=stage.bucket, Key=key, VersionId=marker["VersionId"])
    return _body(clients, stage, key) == BAD


def revert(clients: Clients, stage: Stage, key: str) -> bool:
    """Copy the oldest version over the newest; tells whether the object is back as it was before that."""
    # S3 lists the newest first.
    oldest = clients.s3.list_object_versions(Bucket=stage.bucket, Prefix=key)["Versions"][-1]
    source: Any = {"Bucket": stage.bucket, "Key": key, "VersionId": oldest["VersionId"]}
    clients.s3.copy_object(Bucket=stage.bucket, Key=key, CopySource=source, **_encryption(stage))
    return _body(clients, stage, key) == GOOD


def _body(clients: Clients, stage: Stage, key: str) -> bytes:
    return clients.s3.get_object(Bucket=stage.bucket, Key=key)["Body"].read()


def _encryption(stage: Stage) -> dict[str, Any]:
    """Headers that the bucket's policy asks for."""
    key = stage.bucket_key
    return {} if key is None else {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
