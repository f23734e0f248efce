"""Every bucket against its declaration and its environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from environments.schema import Environment
from validation.checks.keys import key_arn
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, compare
from validation.live import s3
from validation.resource_policy import Request, allowed_sources, allows_anybody, denies

_SECURE: Final = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}
_WITHOUT_TLS: Final = {"aws:SecureTransport": "false"}
_OLD_TLS: Final = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.1"}
_ENCRYPTION_HEADER: Final = "s3:x-amz-server-side-encryption"
_CUSTOMER_KEY_HEADER: Final = "s3:x-amz-server-side-encryption-customer-algorithm"
_KEY_HEADER: Final = "s3:x-amz-server-side-encryption-aws-kms-key-id"


def buckets(context: Context) -> Sequence[str]:
    """The declared buckets."""
    return [bucket.name for bucket in context.model.buckets]


def bucket_arn(environment: Environment, bucket: str) -> str:
    """ARN of a declared bucket."""
    return f"arn:{environment.partition}:s3:::{environment.bucket_name(bucket)}"


def bucket_key(context: Context, bucket: str) -> str | None:
    """ARN of the key that objects of a bucket are encrypted with; None means S3's own.

    S3 delivers access logs only to buckets that its own key encrypts.
    """
    return None if context.model.bucket(bucket).receives_access_logs else key_arn(context, "s3")


@check("s3.region", "Buckets exist in the environment's region", severity=Severity.CRITICAL, each=buckets)
def region(context: Context, bucket: str) -> Iterator[Finding]:
    """A bucket elsewhere is slow, costs transfer, and may break a promise about where data lives."""
    found = context.ask(s3.region, context.environment.bucket_name(bucket))
    yield compare("region", expected=context.environment.region, found=found)


@check("s3.policy", "Policies refuse what is unsafe and let in nobody else", severity=Severity.CRITICAL, each=buckets)
def policy(context: Context, bucket: str) -> Iterator[Finding]:
    """What the policy does with requests without TLS, with old TLS, and with wrong or missing encryption.

    It allows no stranger, and the bucket for access logs accepts those of the other buckets.
    """
    document = context.ask(s3.policy, context.environment.bucket_name(bucket))
    arn = bucket_arn(context.environment, bucket)
    for what, request, expected in policy_requests(arn, bucket_key(context, bucket)):
        yield compare(what, expected=expected, found="denied" if denies(document, request) else "not denied")
    yield compare("allowed to anybody", expected=[], found=list(allows_anybody(document)))
    log_sources, report_sources = _log_sources(context, bucket), _report_sources(context, bucket)
    for what, service, sources in (
        ("access logs accepted from", "logging.s3.amazonaws.com", log_sources),
        ("reports accepted from", "s3.amazonaws.com", report_sources),
    ):
        found = allowed_sources(document, service=service, action="s3:PutObject", resource=f"{arn}/inventory/*")
        yield compare(what, expected=sources, found=list(found))


@check("s3.encryption", "Buckets encrypt with the right key", severity=Severity.HIGH, each=buckets)
def encryption(context: Context, bucket: str) -> Iterator[Finding]:
    """How objects are encrypted by default, and that a bucket key keeps the number of KMS requests low."""
    rule = context.ask(s3.encryption, context.environment.bucket_name(bucket))
    default = {} if rule is None else rule.get("ApplyServerSideEncryptionByDefault", {})
    key = bucket_key(context, bucket)
    yield compare("algorithm", expected="AES256" if key is None else "aws:kms", found=default.get("SSEAlgorithm"))
    yield compare("key", expected=key, found=default.get("KMSMasterKeyID"))
    yield compare(
        "bucket key", expected=key is not None, found=rule is not None and rule.get("BucketKeyEnabled", False)
    )


@check("s3.versioning", "Overwritten and deleted objects are kept", severity=Severity.CRITICAL, each=buckets)
def versioning(context: Context, bucket: str) -> Iterator[Finding]:
    """Versioning, the only way back from an overwrite or a delete."""
    found = context.ask(s3.versioning, context.environment.bucket_name(bucket))
    enabled = context.environment.bucket(bucket).versioning
    # A bucket that never had versions says nothing; one that had says Suspended. Both keep none.
    yield compare("versioning enabled", expected=enabled, found=found == "Enabled")


@check("s3.public_access", "Public access is blocked", severity=Severity.CRITICAL, each=buckets)
def public_access(context: Context, bucket: str) -> Iterator[Finding]:
    """All four blocks, so that no ACL and no policy, old or new, opens the bucket to the world."""
    blocks = context.ask(s3.public_access_block, context.environment.bucket_name(bucket)) or {}
    names = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    for name in names:
        yield compare(name, expected=True, found=bool(blocks.get(name, False)))


@check("s3.ownership", "The bucket's owner owns every object", severity=Severity.HIGH, each=buckets)
def ownership(context: Context, bucket: str) -> Iterator[Finding]:
    """ACLs are off, so that access follows from policies alone."""
    found = context.ask(s3.ownership, context.environment.bucket_name(bucket))
    yield compare("object ownership", expected="BucketOwnerEnforced", found=found)


@check("s3.access_logging", "Access is logged", severity=Severity.MEDIUM, each=buckets)
def access_logging(context: Context, bucket: str) -> Iterator[Finding]:
    """Where the bucket's access logs go; the bucket that receives them logs nothing, or it would log itself forever."""
    live = context.ask(s3.logging, context.environment.bucket_name(bucket))
    target = {
        "bucket": context.environment.bucket_name(context.model.access_log_bucket.name),
        "prefix": f"{bucket}/",
    }
    yield compare(
        "access logs go to",
        expected=None if context.model.bucket(bucket).receives_access_logs else target,
        found={"bucket": live["TargetBucket"], "prefix": live["TargetPrefix"]} if live else None,
    )


def policy_requests(arn: str, key: str | None) -> Iterator[tuple[str, Request, str]]:
    """What is asked of a bucket (an ARN) under a key, and what its policy has to do."""
    body = f"{arn}/validation"
    yield "read without TLS", Request(action="s3:GetObject", resource=body, conditions=_WITHOUT_TLS), "denied"
    yield "list without TLS", Request(action="s3:ListBucket", resource=arn, conditions=_WITHOUT_TLS), "denied"
    yield "read with TLS 1.1", Request(action="s3:GetObject", resource=body, conditions=_OLD_TLS), "denied"
    yield "read with TLS 1.2", Request(action="s3:GetObject", resource=body, conditions=_SECURE), "not denied"
    if key is None:
        plain = Request(action="s3:PutObject", resource=body, conditions=_SECURE)
        yield "write with default encryption", plain, "not denied"
        customers = Request(
            action="s3:PutObject", resource=body, conditions={**_SECURE, _CUSTOMER_KEY_HEADER: "AES256"}
        )
        yield "write with a key of the client's own", customers, "denied"
        return
    right = {_ENCRYPTION_HEADER: "aws:kms", _KEY_HEADER: key}
    writes: Mapping[str, tuple[Mapping[str, str], str]] = {
        "write with the bucket's key": (right, "not denied"),
        "write without encryption headers": ({}, "denied"),
        "write with S3's own key": ({_ENCRYPTION_HEADER: "AES256"}, "denied"),
        "write with AWS's KMS key": ({_ENCRYPTION_HEADER: "aws:kms"}, "denied"),
        "write with a key of the client's own": (right | {_CUSTOMER_KEY_HEADER: "AES256"}, "denied"),
        "write with another KMS key": (right | {_KEY_HEADER: f"{key}-another"}, "denied"),
    }
    for what, (headers, expected) in writes.items():
        yield what, Request(action="s3:PutObject", resource=body, conditions={**_SECURE, **headers}), expected


def _log_sources(context: Context, bucket: str) -> list[str]:
    if not context.model.bucket(bucket).receives_access_logs:
        return []
    return sorted(bucket_arn(context.environment, each) for each in buckets(context) if each != bucket)


def _report_sources(context: Context, bucket: str) -> list[str]:
    delivered = [context.environment.bucket(each).inventory for each in buckets(context)]
    if not context.model.bucket(bucket).receives_access_logs or not any(delivered):
        return []
    return sorted(bucket_arn(context.environment, each) for each in buckets(context))
