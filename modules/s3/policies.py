"""Statements of bucket policies: what nobody may do, and what the deliveries and replication of S3 may."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from environments.schema import Environment
from modules.policy import Statement

OLDEST_TLS: Final = "1.2"


def bucket_arn(environment: Environment, bucket_name: str) -> str:
    """The ARN of a bucket, known before the bucket exists."""
    return f"arn:{environment.partition}:s3:::{bucket_name}"


def render_secure_transport(bucket: str) -> list[Statement]:
    """Nobody reaches the bucket (an ARN) without TLS, or with a version of it older than 1.2."""
    everything = [bucket, f"{bucket}/*"]
    return [
        _deny("DenyInsecureTransport", "s3:*", everything, {"Bool": {"aws:SecureTransport": "false"}}),
        _deny("DenyOldTls", "s3:*", everything, {"NumericLessThan": {"s3:TlsVersion": OLDEST_TLS}}),
    ]


def render_encryption(bucket: str, key_arn: str, *, but: str | None = None) -> list[Statement]:
    """Nobody stores an object in the bucket (an ARN) unless it is stated to be encrypted with the bucket's own key.

    A negated condition also holds where the request does not have the header, so that each statement denies the
    wrong value and the missing one. A request for aws:kms that names no key would get AWS's key, not the bucket's.
    `but` is a service that states nothing and so gets the bucket's own key.
    """
    objects = [f"{bucket}/*"]
    others = {"aws:PrincipalServiceName": but} if but else {}
    encryption = {"s3:x-amz-server-side-encryption": "aws:kms", **others}
    key = {"s3:x-amz-server-side-encryption-aws-kms-key-id": key_arn, **others}
    return [
        _deny("DenyWrongOrMissingEncryption", "s3:PutObject", objects, {"StringNotEquals": encryption}),
        _deny("DenyWrongOrMissingKey", "s3:PutObject", objects, {"StringNotEquals": key}),
    ]


def render_customer_keys(bucket: str) -> Statement:
    """Nobody stores an object in the bucket (an ARN) under a key of their own (SSE-C), which is lost with them."""
    stated = {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}
    return _deny("DenyCustomerKeys", "s3:PutObject", [f"{bucket}/*"], {"Null": stated})


def render_replication_by(bucket: str, *, role: str) -> Statement:
    """Nobody but the role (an ARN) replicates into the bucket (an ARN), whatever other permissions they have."""
    replication = [
        "s3:ObjectOwnerOverrideToBucketOwner",
        "s3:ReplicateDelete",
        "s3:ReplicateObject",
        "s3:ReplicateTags",
    ]
    others = {"ArnNotEquals": {"aws:PrincipalArn": role}}
    return _deny("DenyReplicationByOthers", replication, [f"{bucket}/*"], others)


def render_log_delivery(bucket: str, *, account: str, sources: Sequence[str]) -> Statement:
    """S3 may deliver the access logs of the `sources`, buckets (ARNs) of this account, into the bucket (an ARN)."""
    return _delivery("AllowLogDelivery", f"{bucket}/*", by="logging.s3.amazonaws.com", account=account, sources=sources)


def render_report_delivery(bucket: str, *, account: str, sources: Sequence[str], prefixes: Sequence[str]) -> Statement:
    """S3 may deliver reports on the `sources`, buckets (ARNs) of this account, to these prefixes of the bucket."""
    keys = [f"{bucket}/{prefix}/*" for prefix in prefixes]
    return _delivery("AllowReportDelivery", keys, by="s3.amazonaws.com", account=account, sources=sources)


def render_trail_delivery(bucket: str, *, trail: str, account: str, folder: str) -> list[Statement]:
    """CloudTrail may store the files of the trail (an ARN) of this account in the bucket (an ARN), under a folder."""
    ours = {"aws:SourceArn": trail}
    return [
        {
            "Sid": "AllowTrailToLook",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "s3:GetBucketAcl",
            "Resource": bucket,
            "Condition": {"ArnEquals": ours},
        },
        {
            "Sid": "AllowTrailDelivery",
            "Effect": "Allow",
            "Principal": {"Service": "cloudtrail.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": f"{bucket}/{folder}/AWSLogs/{account}/*",
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}, "ArnEquals": ours},
        },
    ]


def render_backup_reports(bucket: str, *, role: str, folder: str) -> Statement:
    """AWS Backup may store reports in the bucket (an ARN), under a folder, by its service-linked role (an ARN)."""
    return {
        "Sid": "AllowBackupReports",
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": "s3:PutObject",
        "Resource": f"{bucket}/{folder}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
    }


def render_redis_exports(bucket: str, *, by: str, account: str) -> list[Statement]:
    """ElastiCache (`by`, its service for snapshots) may export snapshots of this account to the bucket (an ARN).

    The actions are those of "Exporting a backup" in the ElastiCache User Guide, which does not say whether ElastiCache
    tells for which account it asks: where it does, it has to be this one.
    """
    on_bucket = ["s3:GetBucketAcl", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
    on_objects = ["s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
    return [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": by},
            "Action": actions,
            "Resource": resource,
            "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": account}},
        }
        for sid, actions, resource in (
            ("AllowRedisExportsToLook", on_bucket, bucket),
            ("AllowRedisExports", on_objects, f"{bucket}/*"),
        )
    ]


def _delivery(sid: str, objects: str | list[str], *, by: str, account: str, sources: Sequence[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": by},
        "Action": "s3:PutObject",
        "Resource": objects,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnEquals": {"aws:SourceArn": list(sources)},
        },
    }


def _deny(sid: str, action: str | list[str], resources: list[str], condition: Statement) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": action,
        "Resource": resources,
        "Condition": condition,
    }
