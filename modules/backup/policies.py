"""What nobody may do to a vault, and what AWS Backup may do to the tables and buckets.

The actions are those of AWS's managed policies for backup and restore of DynamoDB and S3 (AWS managed policy
reference: AWSBackupServiceRolePolicyForBackup, …ForRestores, …ForS3Backup, …ForS3Restore), on our resources alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from environments.schema import Environment
from modules.policy import Statement

RESTORED: Final = "-restored"
"""End of the name of what AWS Backup may restore into, beside its own tests."""

_TESTED: Final = "awsbackup-restore-test-"
"""Beginning of the names that restore testing gives (AWS Backup developer guide: Restore testing)."""

_DELETION: Final = ("backup:DeleteBackupVault", "backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle")

_READ_BUCKET: Final = (
    "s3:GetBucketAcl",
    "s3:GetBucketLocation",
    "s3:GetBucketNotification",
    "s3:GetBucketTagging",
    "s3:GetBucketVersioning",
    "s3:GetInventoryConfiguration",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutBucketNotification",
    "s3:PutInventoryConfiguration",
)
_READ_OBJECT: Final = (
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:GetObjectVersionTagging",
)
_WATCH_BUCKETS: Final = (
    "events:DeleteRule",
    "events:DescribeRule",
    "events:DisableRule",
    "events:EnableRule",
    "events:ListTargetsByRule",
    "events:PutRule",
    "events:PutTargets",
    "events:RemoveTargets",
)
_CREATE_BUCKET: Final = (
    "s3:CreateBucket",
    "s3:GetBucketLocation",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketVersioning",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketVersioning",
)
_WRITE_OBJECT: Final = (
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectAcl",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAcl",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
)
_WRITE_TABLE: Final = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:RestoreTableFromAwsBackup",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
)


def render_no_deletion() -> Statement:
    """Nobody deletes the vault or a recovery point in it, or lets one expire earlier.

    AWS Backup itself deletes what is past its retention all the same.
    """
    return {
        "Sid": "DenyDeletion",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": list(_DELETION),
        "Resource": "*",
    }


def render_trust() -> Statement:
    """AWS Backup may take the role.

    A plan can name roles of its own account only (`iam:PassRole`), so that no stranger's plan can use it.
    """
    return {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}


def render_backup(
    environment: Environment,
    *,
    tables: Sequence[str],
    buckets: Sequence[str],
    vaults: Sequence[str],
    keys: Sequence[str],
) -> list[Statement]:
    """What making and copying recovery points takes; everything is given by ARN, keys those of data and vaults."""
    account = f"{environment.region}:{environment.account}"
    rules = f"arn:{environment.partition}:events:{account}:rule/AwsBackupManagedRule*"
    recovery_points = f"arn:{environment.partition}:backup:*:{environment.account}:recovery-point:*"
    return [
        *_on(
            "Tables",
            tables,
            "dynamodb:CreateBackup",
            "dynamodb:DescribeTable",
            "dynamodb:ListTagsOfResource",
            "dynamodb:StartAwsBackupJob",
        ),
        *_on(
            "TableBackups",
            [f"{table}/backup/*" for table in tables],
            "dynamodb:DeleteBackup",
            "dynamodb:DescribeBackup",
        ),
        *_on("Buckets", buckets, *_READ_BUCKET),
        *_on("Objects", [f"{bucket}/*" for bucket in buckets], *_READ_OBJECT),
        *_on("BucketChanges", [rules], *_WATCH_BUCKETS),
        # None of these has a narrower resource.
        *_on("Account", ["*"], "cloudwatch:GetMetricData", "events:ListRules", "s3:ListAllMyBuckets"),
        *_on("Vaults", vaults, "backup:CopyIntoBackupVault", "backup:DescribeBackupVault"),
        *_on("RecoveryPoints", [recovery_points], "backup:CopyFromBackupVault", "backup:TagResource"),
        *_on("Keys", keys, "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
        _grant(keys),
    ]


def render_restore(environment: Environment, *, keys: Sequence[str]) -> list[Statement]:
    """What restoring takes: into the tables and buckets of restore testing, and into those named `…-restored`."""
    tables = f"arn:{environment.partition}:dynamodb:*:{environment.account}:table/"
    own_tables = f"{tables}{environment.physical_name('*')}{RESTORED}"
    own_buckets = f"{environment.bucket_name('*')}{RESTORED}"
    buckets = [f"arn:{environment.partition}:s3:::{name}" for name in (f"{_TESTED}*", own_buckets)]
    return [
        *_on("Tables", [f"{tables}{_TESTED}*", own_tables], *_WRITE_TABLE),
        *_on("Buckets", buckets, *_CREATE_BUCKET),
        *_on("Objects", [f"{bucket}/*" for bucket in buckets], *_WRITE_OBJECT),
        *_on("Keys", keys, "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt*"),
        _grant(keys),
    ]


def _on(sid: str, resources: Sequence[str], *actions: str) -> list[Statement]:
    """A statement, unless there is nothing that it could be about."""
    if not resources:
        return []
    return [{"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}]


def _grant(keys: Sequence[str]) -> Statement:
    """Pass the use of the keys on to AWS's own services."""
    (statement,) = _on("Grants", keys, "kms:CreateGrant")
    return statement | {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}
