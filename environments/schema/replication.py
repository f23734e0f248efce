"""Settings of a bucket's copy in the disaster-recovery region."""

from __future__ import annotations

from typing import Annotated, Literal

from environments.schema.values import AccountId, BucketName, text
from environments.settings import Settings

KmsKeyArn = Annotated[
    str,
    text(
        r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$",
        "the ARN of a KMS key, such as arn:aws:kms:eu-west-1:123456789012:key/mrk-0a1b2c3d4e5f60718",
    ),
]


class ForeignBucket(Settings):
    """A bucket that another account owns; its policy has to let the replication role in."""

    account: AccountId
    """Becomes the owner of the copies."""
    bucket: BucketName
    """Its name, without arn:aws:s3:::."""
    kms_key_arn: KmsKeyArn
    """Encrypts the copies; its policy has to let the replication role in too."""


class ReplicationSettings(Settings):
    """How the objects of a bucket are copied."""

    time_control: bool = True
    """Promise that 99.9 % of the objects arrive within 15 minutes, and measure it; costs by the GB."""
    delete_markers: bool = True
    """Hide there what is deleted here; versions are never deleted there."""
    replica_modifications: bool = False
    """Copy changes of metadata that were made to copies, for two buckets that replicate to one another."""
    storage_class: Literal["STANDARD", "STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR"] = "STANDARD"
    """Where the copies are kept at first."""
    destination: ForeignBucket | None = None
    """A bucket of another account; a bucket of our own in the disaster-recovery region where null."""
