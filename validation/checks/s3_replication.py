"""Copies of buckets in another region: that they are made as configured, and kept as safely as what they copy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from validation.checks.keys import alias
from validation.checks.s3_settings import bucket_key, buckets, policy_requests
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, compare
from validation.live import kms, s3
from validation.resource_policy import Request, allows_anybody, denies


def replicated(context: Context) -> Sequence[str]:
    """The declared buckets that are copied to another region."""
    environment = context.environment
    if environment.disaster_recovery_region is None:
        return ()
    return [bucket for bucket in buckets(context) if environment.bucket(bucket).replication]


def copied(context: Context) -> Sequence[str]:
    """Those whose copy is our own, in the disaster-recovery region."""
    settings = {bucket: context.environment.bucket(bucket).replication for bucket in replicated(context)}
    return [bucket for bucket, replication in settings.items() if replication and replication.destination is None]


def replica_key(context: Context, bucket: str) -> str | None:
    """ARN of the key that copies of a bucket are encrypted with; None means S3's own."""
    if bucket_key(context, bucket) is None:
        return None
    return context.disaster_recovery.ask(kms.key, alias(context.environment, "s3"))["Arn"]


@check("s3.replication", "Buckets are copied as configured", severity=Severity.CRITICAL, each=replicated)
def replication(context: Context, bucket: str) -> Iterator[Finding]:
    """Where the objects go, whose they become, under which key, and within which time.

    Whatever no rule copies is lost with the region.
    """
    environment = context.environment
    configuration = context.ask(s3.replication, environment.bucket_name(bucket))
    rules = [rule for rule in configuration["Rules"] if rule["Status"] == "Enabled"] if configuration else []
    yield compare("enabled rules", expected=1, found=len(rules))
    if not configuration or not rules:
        return
    settings, rule = environment.bucket(bucket).replication, rules[0]
    if settings is None:
        return
    foreign = settings.destination
    destination: Mapping[str, Any] = rule["Destination"]
    name = foreign.bucket if foreign else environment.replica_name(bucket)
    key = foreign.kms_key_arn if foreign else replica_key(context, bucket)
    minutes = 15 if settings.time_control else None
    yield compare("role", expected=environment.replication_role_arn(bucket), found=configuration["Role"])
    yield compare("is for", expected="every object", found=_selection(rule))
    yield compare("destination", expected=f"arn:{environment.partition}:s3:::{name}", found=destination["Bucket"])
    yield compare("owner", expected=foreign.account if foreign else None, found=destination.get("Account"))
    yield compare("key", expected=key, found=destination.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID"))
    yield compare("storage class", expected=settings.storage_class, found=destination.get("StorageClass", "STANDARD"))
    yield compare(
        "minutes", expected=minutes, found=destination.get("ReplicationTime", {}).get("Time", {}).get("Minutes")
    )
    yield compare("metrics", expected="Enabled", found=destination.get("Metrics", {}).get("Status"))
    yield compare(
        "delete markers",
        expected="Enabled" if settings.delete_markers else "Disabled",
        found=rule.get("DeleteMarkerReplication", {}).get("Status"),
    )
    criteria: Mapping[str, Any] = rule.get("SourceSelectionCriteria", {})
    yield compare(
        "objects that KMS encrypts",
        expected=None if key is None else "Enabled",
        found=criteria.get("SseKmsEncryptedObjects", {}).get("Status"),
    )


@check("s3.replica", "Copies are kept as safely as what they copy", severity=Severity.CRITICAL, each=copied)
def replica(context: Context, bucket: str) -> Iterator[Finding]:
    """The bucket for the copies: its region, versions, encryption, lock, and whom its policy refuses."""
    environment, elsewhere = context.environment, context.disaster_recovery
    name, key = environment.replica_name(bucket), replica_key(context, bucket)
    yield compare("region", expected=environment.disaster_recovery_region, found=elsewhere.ask(s3.region, name))
    yield compare("versioning", expected="Enabled", found=elsewhere.ask(s3.versioning, name))
    default = (elsewhere.ask(s3.encryption, name) or {}).get("ApplyServerSideEncryptionByDefault", {})
    yield compare("key", expected=key, found=default.get("KMSMasterKeyID"))
    lock = environment.bucket(bucket).object_lock
    yield compare("days locked", expected=lock.days if lock else None, found=days_locked(elsewhere, name))
    blocks = elsewhere.ask(s3.public_access_block, name) or {}
    yield compare("public access blocked", expected=True, found=len(blocks) > 0 and all(blocks.values()))
    document, arn = elsewhere.ask(s3.policy, name), f"arn:{environment.partition}:s3:::{name}"
    for what, request, expected in (*policy_requests(arn, key), *_replications(context, bucket, arn)):
        yield compare(what, expected=expected, found="denied" if denies(document, request) else "not denied")
    yield compare("allowed to anybody", expected=[], found=list(allows_anybody(document)))


def days_locked(context: Context, bucket_name: str) -> int | None:
    """For how many days a version that is stored now is locked; None where it is not."""
    lock = context.ask(s3.object_lock, bucket_name) or {}
    return lock.get("Rule", {}).get("DefaultRetention", {}).get("Days")


def _selection(rule: Mapping[str, Any]) -> str:
    chosen = rule.get("Filter", {})
    return "every object" if not rule.get("Prefix") and chosen in ({}, {"Prefix": ""}) else f"objects with {chosen}"


def _replications(context: Context, bucket: str, arn: str) -> Iterator[tuple[str, Request, str]]:
    role = context.environment.replication_role_arn(bucket)
    for what, principal, expected in (
        ("replication by its role", role, "not denied"),
        ("replication by another role", f"{role}-another", "denied"),
    ):
        safe = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2", "aws:PrincipalArn": principal}
        yield what, Request(action="s3:ReplicateObject", resource=f"{arn}/validation", conditions=safe), expected
