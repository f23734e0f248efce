"""What the role may do by which S3 copies the objects of one bucket to another, rendered without jsii."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modules.policy import Statement


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two buckets."""

    arn: str
    key_arn: str | None
    """None where S3's own key encrypts the bucket."""
    s3_host: str
    """S3 in the bucket's region, as KMS names it."""


def render_trust() -> list[Statement]:
    """S3 may take the role on.

    Without conditions: S3 is documented to send none of the keys that would tell the bucket when it replicates.
    """
    principal = {"Service": "s3.amazonaws.com"}
    return [{"Sid": "S3Replicates", "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]


def render_permissions(source: Side, destination: Side, *, changes_owner: bool, with_locks: bool) -> list[Statement]:
    """Read the versions of the source, write copies of them, and use each bucket's key through S3 for that only.

    `changes_owner` where the copies become the property of the destination's account, `with_locks` where objects of
    the source carry a lock, which goes with the copies.
    """
    locks = ["s3:GetObjectLegalHold", "s3:GetObjectRetention"] if with_locks else []
    override = ["s3:ObjectOwnerOverrideToBucketOwner"] if changes_owner else []
    versions = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
    copies = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
    return [
        _allow("ReadConfiguration", ["s3:GetReplicationConfiguration", "s3:ListBucket"], source.arn),
        _allow("ReadVersions", [*versions, *locks], f"{source.arn}/*"),
        _allow("WriteCopies", [*copies, *override], f"{destination.arn}/*"),
        *_key_use("DecryptVersions", ["kms:Decrypt"], source),
        *_key_use("EncryptCopies", ["kms:Encrypt", "kms:GenerateDataKey"], destination),
    ]


def _key_use(sid: str, actions: Sequence[str], side: Side) -> list[Statement]:
    if side.key_arn is None:
        return []
    condition = {
        "StringEquals": {"kms:ViaService": side.s3_host},
        # The bucket's ARN where it has a bucket key, the object's where it has none.
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [side.arn, f"{side.arn}/*"]},
    }
    return [_allow(sid, actions, side.key_arn) | {"Condition": condition}]


def _allow(sid: str, actions: Sequence[str], resource: str) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}
