"""Who may administer a KMS key, and through which service it may be used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from environments import arns
from environments.schema import Environment
from modules.policy import Statement, service_host, snapshot_service

ADMINISTRATION: Final = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
)
"""Everything about a key but using it."""

PUBLISHERS: Final = (
    "backup.amazonaws.com",
    "budgets.amazonaws.com",
    "cloudwatch.amazonaws.com",
    "costalerts.amazonaws.com",
)
"""The services that tell people something: of backups, costs and alarms."""

USE: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def render_administration(environment: Environment) -> list[Statement]:
    """Who administers a key: the account's IAM policies, or the stated administrators alone.

    With stated administrators the account's IAM policies still grant use of the key, and the root user can still
    replace the key policy, so that a deleted role leaves no key that nobody can manage.
    """
    account = f"arn:{environment.partition}:iam::{environment.account}:root"
    administrators = environment.encryption.administrators
    if not administrators:
        return [_allow("AccountPolicies", {"AWS": account}, ["kms:*"])]
    return [
        _allow("Administrators", {"AWS": list(administrators)}, list(ADMINISTRATION)),
        _allow("AccountPolicies", {"AWS": account}, [*USE, "kms:Get*", "kms:List*"]),
        _allow("RootUserRecovers", {"AWS": account}, ["kms:PutKeyPolicy"])
        | {"Condition": {"StringEquals": {"aws:PrincipalArn": account}}},
    ]


def render_use_through(service: str, environment: Environment, *, region: str | None = None) -> list[Statement]:
    """Whoever of this account may use `service` in the key's region may use the key through it, and through it alone.

    `region` is the environment's own where it is None.
    """
    through = {
        "kms:CallerAccount": environment.account,
        "kms:ViaService": service_host(service, environment, region=region),
    }
    return [
        _allow("UseThroughService", {"AWS": "*"}, list(USE)) | {"Condition": {"StringEquals": through}},
        _allow("GrantThroughService", {"AWS": "*"}, ["kms:CreateGrant"])
        | {"Condition": {"StringEquals": through, "Bool": {"kms:GrantIsForAWSResource": "true"}}},
    ]


def render_readers(service: str, environment: Environment, principals: Sequence[str]) -> list[Statement]:
    """The principals, who may be of other accounts, may read through `service` what the key encrypts."""
    if not principals:
        return []
    through = {"kms:ViaService": service_host(service, environment)}
    return [
        _allow("Readers", {"AWS": list(principals)}, ["kms:Decrypt", "kms:DescribeKey"])
        | {"Condition": {"StringEquals": through}}
    ]


def render_log_groups(environment: Environment) -> list[Statement]:
    """CloudWatch Logs may use the key for the log groups of this environment."""
    groups = (
        f"arn:{environment.partition}:logs:{environment.region}:{environment.account}"
        f":log-group:{environment.log_group_name('*')}"
    )
    return [
        _allow("LogGroups", {"Service": service_host("logs", environment)}, list(USE))
        | {"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}}
    ]


def render_trail(environment: Environment) -> list[Statement]:
    """CloudTrail may encrypt the files of the environment's own trail with the key; none where there is no trail."""
    if not environment.audit.enabled:
        return []
    cloudtrail: dict[str, object] = {"Service": "cloudtrail.amazonaws.com"}
    ours = {"aws:SourceArn": arns.trail_arn(environment)}
    context = f"arn:{environment.partition}:cloudtrail:*:{environment.account}:trail/*"
    return [
        _allow("Trail", cloudtrail, ["kms:GenerateDataKey*"])
        | {"Condition": {"ArnEquals": ours, "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": context}}},
        _allow("TrailLooks", cloudtrail, ["kms:DescribeKey"]) | {"Condition": {"ArnEquals": ours}},
    ]


def render_redis_exports(environment: Environment) -> list[Statement]:
    """ElastiCache may encrypt snapshots that are exported to a bucket with its key; none where no bucket takes them."""
    if not any(bucket.redis_exports for bucket in environment.buckets.values()):
        return []
    exporter: dict[str, object] = {"Service": snapshot_service(environment)}
    return [
        _allow("RedisExports", exporter, ["kms:Decrypt", "kms:GenerateDataKey"])
        | {"Condition": {"StringEqualsIfExists": {"aws:SourceAccount": environment.account}}}
    ]


def render_publishing(environment: Environment) -> list[Statement]:
    """The services that tell people something may encrypt it, on behalf of this account."""
    return [
        _allow("Publishers", {"Service": list(PUBLISHERS)}, ["kms:Decrypt", "kms:GenerateDataKey*"])
        | {"Condition": {"StringEquals": {"aws:SourceAccount": environment.account}}}
    ]


def _allow(sid: str, principal: dict[str, object], actions: list[str]) -> Statement:
    # A key policy's resource is always the key that it stands on.
    return {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}
