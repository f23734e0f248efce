"""What keeps data secret and leaves a trace, and must not be weakened unasked: encryption, logging, access."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from validation.plan import rules
from validation.plan.finding import Finding, Kind
from validation.plan.hosts import removals
from validation.plan.model import Change, Plan
from validation.plan.rules import (
    Attributes,
    Members,
    Rules,
    left,
    raised,
    removed,
    shortened,
    turned_off,
    turned_on,
)
from validation.plan.values import UNKNOWN, Value, is_empty

_NO_KEY: Final = (removed, "no customer-managed key encrypts it any more")

BLOCKS_OF_PUBLIC_ACCESS: Final = (
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
)

_PUBLIC_ACCESS: Final[Attributes] = dict.fromkeys(BLOCKS_OF_PUBLIC_ACCESS, (turned_off, "public access is possible"))


def _leaves_kms(before: Value, after: Value) -> bool:
    return str(before).startswith("aws:kms") and not str(after).startswith("aws:kms")


def _records_less(before: Value, after: Value) -> bool:
    """Whether fewer events meet all conditions of a selector: one of them is new, or lets fewer values pass."""
    old = _conditions(before)
    return after is UNKNOWN or any(
        condition not in old or (values > old[condition] if "not_" in condition[1] else not values >= old[condition])
        for condition, values in _conditions(after).items()
    )


def _conditions(selector: Value) -> dict[tuple[str, str], frozenset[Value]]:
    """By field and operator, the values that each condition of an event selector names."""
    return {
        (str(condition.get("field")), operator): frozenset(values if isinstance(values, list) else [values])
        for condition in (selector if isinstance(selector, list) else [])
        for operator, values in condition.items()
        if operator != "field" and not is_empty(values)
    }


RULES: Final[Rules] = {
    "aws_backup_vault": {"kms_key_arn": _NO_KEY},
    "aws_cloudtrail": {
        "cloud_watch_logs_group_arn": (removed, "events reach no log group any more, where they are searched"),
        "enable_log_file_validation": (turned_off, "a forged trail is not noticed"),
        "enable_logging": (turned_off, "nobody records who did what"),
        "is_multi_region_trail": (turned_off, "other regions are not recorded"),
        "kms_key_id": _NO_KEY,
    },
    "aws_cloudwatch_log_group": {
        "kms_key_id": _NO_KEY,
        "retention_in_days": (shortened, "logs are deleted earlier"),
    },
    "aws_cloudwatch_metric_alarm": {
        "actions_enabled": (turned_off, "nobody hears of the alarm"),
        "alarm_actions": (removed, "nobody hears of the alarm"),
    },
    "aws_dynamodb_table": {
        "server_side_encryption.enabled": (turned_off, "no key of this account encrypts the table any more"),
        "server_side_encryption.kms_key_arn": _NO_KEY,
    },
    "aws_dynamodb_table_replica": {"kms_key_arn": _NO_KEY},
    "aws_elasticache_replication_group": {
        "at_rest_encryption_enabled": (turned_off, "disks and snapshots are not encrypted"),
        "kms_key_id": _NO_KEY,
        "transit_encryption_enabled": (turned_off, "traffic is not encrypted"),
        "transit_encryption_mode": (left("required"), "traffic need not be encrypted"),
        "user_group_ids": (removed, "clients need not log in"),
    },
    "aws_elasticache_serverless_cache": {
        "kms_key_id": _NO_KEY,
        "user_group_id": (removed, "clients need not log in"),
    },
    "aws_elasticache_user": {"no_password_required": (turned_on, "the user needs no password")},
    "aws_iam_role": {
        "max_session_duration": (raised, "whoever takes the role keeps it for longer"),
        "permissions_boundary": (removed, "nothing bounds what the role may be given"),
    },
    "aws_kms_key": {"enable_key_rotation": (turned_off, "the key's material is rotated no longer")},
    "aws_s3_account_public_access_block": _PUBLIC_ACCESS,
    "aws_s3_bucket_logging": {"target_bucket": (removed, "access is logged elsewhere, or nowhere")},
    "aws_s3_bucket_ownership_controls": {
        "rule.object_ownership": (left("BucketOwnerEnforced"), "access control lists are in force again"),
    },
    "aws_s3_bucket_public_access_block": _PUBLIC_ACCESS,
    "aws_s3_bucket_server_side_encryption_configuration": {
        "rule.apply_server_side_encryption_by_default.kms_master_key_id": _NO_KEY,
        "rule.apply_server_side_encryption_by_default.sse_algorithm": (
            _leaves_kms,
            "KMS encrypts new objects no longer",
        ),
    },
    "aws_secretsmanager_secret": {"kms_key_id": _NO_KEY},
    "aws_sns_topic": {"kms_master_key_id": _NO_KEY},
    "aws_sqs_queue": {"kms_master_key_id": _NO_KEY},
    "aws_ssm_parameter": {
        "key_id": _NO_KEY,
        "type": (left("SecureString"), "the parameter is not encrypted"),
    },
    "aws_vpc_endpoint": {"private_dns_enabled": (turned_off, "traffic may take the way through the internet")},
}

RECORDED_EVENTS: Final = Members(
    type="aws_cloudtrail",
    path="advanced_event_selector",
    key="name",
    attributes={"field_selector": (_records_less, "some events are recorded no longer")},
    on_removal="these events are recorded no longer",
)

LOG_DELIVERY: Final = Members(
    type="aws_elasticache_replication_group",
    path="log_delivery_configuration",
    key="log_type",
    on_removal="the log is delivered no longer",
)

REMOVALS: Final = {
    "aws_cloudtrail": "nobody records who did what",
    "aws_cloudwatch_log_group": "the logs are lost",
    "aws_flow_log": "traffic is recorded no longer",
    "aws_s3_account_public_access_block": "public access is possible",
    "aws_s3_bucket_logging": "access to the bucket is logged no longer",
    "aws_s3_bucket_ownership_controls": "access control lists of the bucket may be in force again",
    "aws_s3_bucket_public_access_block": "public access to the bucket is possible",
    "aws_s3_bucket_server_side_encryption_configuration": "no key of this account encrypts the bucket's new objects",
}
"""By type, what it means that such a resource goes while what it secures stays."""


def findings(plan: Plan) -> Iterator[Finding]:
    """Every setting of secrecy or traceability that the plan weakens on something that stays."""
    for change in plan.changes:
        yield from weakened(change)
    yield from removals(plan, REMOVALS, kind=Kind.WEAKEN)


def weakened(change: Change) -> Iterator[Finding]:
    """What a change, or drift, of one resource weakens."""
    yield from rules.findings(change, RULES.get(change.type, {}), kind=Kind.WEAKEN)
    for members in (LOG_DELIVERY, RECORDED_EVENTS):
        yield from members.findings(change, kind=Kind.WEAKEN)
