"""What keeps data secret and leaves a trace, and must not be weakened unasked: encryption, logging, access."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from validation.plan import rules
from validation.plan.finding import Finding, Kind
from validation.plan.hosts import Removed, findings_on_removal
from validation.plan.model import Change, Plan
from validation.plan.rules import Members, Rule, left, removed, shortened, turned_off, turned_on

_rule: Final[Callable[..., Rule]] = partial(Rule, kind=Kind.WEAKEN)

_KEYS: Final = {
    "aws_backup_vault": "kms_key_arn",
    "aws_cloudtrail": "kms_key_id",
    "aws_cloudwatch_log_group": "kms_key_id",
    "aws_dynamodb_table": "server_side_encryption.kms_key_arn",
    "aws_dynamodb_table_replica": "kms_key_arn",
    "aws_elasticache_replication_group": "kms_key_id",
    "aws_elasticache_serverless_cache": "kms_key_id",
    "aws_s3_bucket_server_side_encryption_configuration": (
        "rule.apply_server_side_encryption_by_default.kms_master_key_id"
    ),
    "aws_secretsmanager_secret": "kms_key_id",
    "aws_sns_topic": "kms_master_key_id",
    "aws_sqs_queue": "kms_master_key_id",
    "aws_ssm_parameter": "key_id",
}
"""Where the customer-managed key stands."""

_PUBLIC_ACCESS: Final = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")

RULES: Final = (
    *(
        _rule(type=type_, path=path, what="no customer-managed key encrypts it any more", is_weaker=removed)
        for type_, path in _KEYS.items()
    ),
    *(
        _rule(type=type_, path=setting, what="public access is possible", is_weaker=turned_off)
        for type_ in ("aws_s3_account_public_access_block", "aws_s3_bucket_public_access_block")
        for setting in _PUBLIC_ACCESS
    ),
    _rule(
        type="aws_dynamodb_table",
        path="server_side_encryption.enabled",
        what="no key of this account encrypts the table any more",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_s3_bucket_server_side_encryption_configuration",
        path="rule.apply_server_side_encryption_by_default.sse_algorithm",
        what="KMS encrypts new objects no longer",
        is_weaker=lambda before, after: str(before).startswith("aws:kms") and not str(after).startswith("aws:kms"),
    ),
    _rule(
        type="aws_s3_bucket_ownership_controls",
        path="rule.object_ownership",
        what="access control lists are in force again",
        is_weaker=left("BucketOwnerEnforced"),
    ),
    _rule(
        type="aws_s3_bucket_logging",
        path="target_bucket",
        what="access is logged elsewhere, or nowhere",
        is_weaker=removed,
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="at_rest_encryption_enabled",
        what="disks and snapshots are not encrypted",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="transit_encryption_enabled",
        what="traffic is not encrypted",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="transit_encryption_mode",
        what="traffic need not be encrypted",
        is_weaker=left("required"),
    ),
    _rule(
        type="aws_elasticache_replication_group",
        path="user_group_ids",
        what="clients need not log in",
        is_weaker=removed,
    ),
    _rule(
        type="aws_elasticache_serverless_cache",
        path="user_group_id",
        what="clients need not log in",
        is_weaker=removed,
    ),
    _rule(
        type="aws_elasticache_user",
        path="no_password_required",
        what="the user needs no password",
        is_weaker=turned_on,
    ),
    _rule(
        type="aws_kms_key",
        path="enable_key_rotation",
        what="the key's material is rotated no longer",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_iam_role",
        path="permissions_boundary",
        what="nothing bounds what the role may be given",
        is_weaker=removed,
    ),
    _rule(
        type="aws_ssm_parameter",
        path="type",
        what="the parameter is not encrypted",
        is_weaker=left("SecureString"),
    ),
    _rule(
        type="aws_cloudtrail",
        path="enable_logging",
        what="nobody records who did what",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_cloudtrail",
        path="enable_log_file_validation",
        what="a forged trail is not noticed",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_cloudtrail",
        path="is_multi_region_trail",
        what="other regions are not recorded",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_cloudwatch_log_group",
        path="retention_in_days",
        what="logs are deleted earlier",
        is_weaker=shortened,
    ),
    _rule(
        type="aws_cloudwatch_metric_alarm",
        path="actions_enabled",
        what="nobody hears of the alarm",
        is_weaker=turned_off,
    ),
    _rule(
        type="aws_cloudwatch_metric_alarm",
        path="alarm_actions",
        what="nobody hears of the alarm",
        is_weaker=removed,
    ),
    _rule(
        type="aws_vpc_endpoint",
        path="private_dns_enabled",
        what="traffic may take the way through the internet",
        is_weaker=turned_off,
    ),
)

MEMBERS: Final = (
    Members(
        type="aws_elasticache_replication_group",
        path="log_delivery_configuration",
        key="log_type",
        kind=Kind.WEAKEN,
        on_removal="the log is delivered no longer",
    ),
)

REMOVALS: Final = {
    "aws_cloudtrail": Removed(kind=Kind.WEAKEN, what="nobody records who did what"),
    "aws_cloudwatch_log_group": Removed(kind=Kind.WEAKEN, what="the logs are lost"),
    "aws_flow_log": Removed(kind=Kind.WEAKEN, what="traffic is recorded no longer"),
    "aws_s3_account_public_access_block": Removed(kind=Kind.WEAKEN, what="public access is possible"),
    "aws_s3_bucket_logging": Removed(kind=Kind.WEAKEN, what="access to the bucket is logged no longer"),
    "aws_s3_bucket_ownership_controls": Removed(
        kind=Kind.WEAKEN, what="access control lists of the bucket may be in force again"
    ),
    "aws_s3_bucket_public_access_block": Removed(kind=Kind.WEAKEN, what="public access to the bucket is possible"),
    "aws_s3_bucket_server_side_encryption_configuration": Removed(
        kind=Kind.WEAKEN, what="no key of this account encrypts new objects of the bucket"
    ),
}


def findings(plan: Plan) -> Iterator[Finding]:
    """Every setting of secrecy or traceability that the plan weakens on something that stays."""
    for change in plan.changes:
        yield from weakened(change)
    yield from findings_on_removal(plan, REMOVALS)


def weakened(change: Change) -> Iterator[Finding]:
    """What a change, or drift, of one resource weakens."""
    yield from rules.findings(change, RULES)
    for members in MEMBERS:
        yield from members.findings(change)
