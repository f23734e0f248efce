"""Every bucket against its declaration and its environment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from environments.schema import BucketSettings, Environment
from validation.checks.keys import key_arn
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import s3
from validation.policy import Request, allowed_sources, allows_anybody, denies

_SECURE: Final = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.2"}
_WITHOUT_TLS: Final = {"aws:SecureTransport": "false"}
_OLD_TLS: Final = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.1"}
_ENCRYPTION_HEADER: Final = "s3:x-amz-server-side-encryption"
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
    for what, request, expected in _requests(arn, bucket_key(context, bucket)):
        yield compare(what, expected=expected, found="denied" if denies(document, request) else "not denied")
    yield compare("allowed to anybody", expected=[], found=list(allows_anybody(document)))
    yield compare(
        "access logs accepted from",
        expected=_log_sources(context, bucket),
        found=list(
            allowed_sources(document, service="logging.s3.amazonaws.com", action="s3:PutObject", resource=f"{arn}/*")
        ),
    )


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


@check("s3.lifecycle", "Objects age as configured", severity=Severity.HIGH, each=buckets)
def lifecycle(context: Context, bucket: str) -> Iterator[Finding]:
    """When old versions, incomplete uploads and current objects go, and when objects change tier.

    Nothing else: an unknown rule may delete data that must stay.
    """
    rules = context.ask(s3.lifecycle, context.environment.bucket_name(bucket))
    expected = _ageing(context.environment.bucket(bucket))
    found = live_ageing(rules)
    for what in sorted(expected.keys() | found.keys()):
        yield compare(what, expected=expected.get(what), found=found.get(what))


@check("s3.archive", "Archive tiers are as configured", severity=Severity.MEDIUM, each=buckets)
def archive(context: Context, bucket: str) -> Iterator[Finding]:
    """After how many days without access Intelligent-Tiering archives an object, which then takes hours to restore."""
    settings = context.environment.bucket(bucket)
    days = {
        "ARCHIVE_ACCESS": settings.archive_access_days,
        "DEEP_ARCHIVE_ACCESS": settings.deep_archive_access_days,
    }
    configurations = context.ask(s3.archive_configurations, context.environment.bucket_name(bucket))
    yield compare(
        "days until archived",
        expected={tier: after for tier, after in days.items() if after is not None},
        found={
            tier["AccessTier"]: tier["Days"]
            for configuration in configurations
            if configuration["Status"] == "Enabled"
            for tier in configuration["Tierings"]
        },
    )


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


def _requests(arn: str, key: str | None) -> Iterator[tuple[str, Request, str]]:
    """What is asked of a bucket, and what its policy has to do."""
    body = f"{arn}/validation"
    yield "read without TLS", Request(action="s3:GetObject", resource=body, conditions=_WITHOUT_TLS), "denied"
    yield "list without TLS", Request(action="s3:ListBucket", resource=arn, conditions=_WITHOUT_TLS), "denied"
    yield "read with TLS 1.1", Request(action="s3:GetObject", resource=body, conditions=_OLD_TLS), "denied"
    yield "read with TLS 1.2", Request(action="s3:GetObject", resource=body, conditions=_SECURE), "not denied"
    if key is None:
        plain = Request(action="s3:PutObject", resource=body, conditions=_SECURE)
        yield "write with default encryption", plain, "not denied"
        return
    right = {_ENCRYPTION_HEADER: "aws:kms", _KEY_HEADER: key}
    writes: Mapping[str, tuple[Mapping[str, str], str]] = {
        "write with the bucket's key": (right, "not denied"),
        "write without encryption headers": ({}, "denied"),
        "write with S3's own key": ({_ENCRYPTION_HEADER: "AES256"}, "denied"),
        "write with AWS's KMS key": ({_ENCRYPTION_HEADER: "aws:kms"}, "denied"),
        "write with another KMS key": (right | {_KEY_HEADER: f"{key}-another"}, "denied"),
    }
    for what, (headers, expected) in writes.items():
        yield what, Request(action="s3:PutObject", resource=body, conditions={**_SECURE, **headers}), expected


def _log_sources(context: Context, bucket: str) -> list[str]:
    if not context.model.bucket(bucket).receives_access_logs:
        return []
    return sorted(bucket_arn(context.environment, each) for each in buckets(context) if each != bucket)


def _ageing(settings: BucketSettings) -> dict[str, Json]:
    days = {
        "days until incomplete uploads are removed": settings.abort_multipart_days,
        "days until noncurrent versions are removed": settings.noncurrent_version_days,
        "days until INTELLIGENT_TIERING": settings.intelligent_tiering_days,
        "days until current objects expire": settings.expiration_days,
    }
    return {what: after for what, after in days.items() if after is not None}


def live_ageing(rules: Iterable[Mapping[str, Any]]) -> dict[str, Json]:
    """What the enabled rules do to every object; a rule for some objects, or with another effect, by its id.

    Where two rules do the same, the earlier counts, as in S3.
    """
    found: dict[str, Json] = {}
    for rule in (rule for rule in rules if rule["Status"] == "Enabled"):
        for what, days in _effects(rule).items():
            if not _is_for_every_object(rule):
                found[f"rule {rule.get('ID')} for some objects: {what}"] = days
            else:
                known = found.get(what)
                found[what] = min(known, days) if isinstance(known, int) else days
    return found


def _effects(rule: Mapping[str, Any]) -> dict[str, int]:
    """What a rule does and after how many days; an expiry of lone delete markers removes no data and is left out."""
    effects: dict[str, int] = {}
    if "AbortIncompleteMultipartUpload" in rule:
        days = rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
        effects["days until incomplete uploads are removed"] = days
    if "NoncurrentVersionExpiration" in rule:
        days = rule["NoncurrentVersionExpiration"]["NoncurrentDays"]
        effects["days until noncurrent versions are removed"] = days
    if "Days" in rule.get("Expiration", {}):
        effects["days until current objects expire"] = rule["Expiration"]["Days"]
    if "Date" in rule.get("Expiration", {}):
        effects[f"current objects expire on {rule['Expiration']['Date']}"] = 0
    for transition in rule.get("Transitions", []):
        effects[f"days until {transition['StorageClass']}"] = transition.get("Days", 0)
    for transition in rule.get("NoncurrentVersionTransitions", []):
        effects[f"days until noncurrent versions move to {transition['StorageClass']}"] = transition["NoncurrentDays"]
    return effects


def _is_for_every_object(rule: Mapping[str, Any]) -> bool:
    # S3 answers an absent filter as {} or as an empty prefix, in either of two places.
    return not rule.get("Prefix") and rule.get("Filter", {}) in ({}, {"Prefix": ""})
