"""What keeps data secret and leaves a trace, and must not be weakened unasked: encryption, logging, access."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from validation.plan import rules
from validation.plan.finding import Finding, Kind
from validation.plan.hosts import removals
from validation.plan.model import Change, Plan
from validation.plan.rules import Attributes, Members, Rules
from validation.plan.values import at
from validation.plan.weaker import (
    BLOCKS_OF_PUBLIC_ACCESS,
    any_of,
    blocks_less,
    changed,
    gained_entry,
    gains_default,
    imposed,
    leaves_account,
    leaves_kms,
    left,
    lost_entry,
    lowered,
    raised,
    records_less,
    removed,
    shortened,
    spends_more,
    turned_off,
    turned_on,
    unheeds,
)

_NO_KEY: Final = (any_of(removed, leaves_account), "no key of this account encrypts it any more")
_HEARD: Final[Attributes] = {
    "actions_enabled": (turned_off, "nobody hears of the alarm"),
    "alarm_actions": (lost_entry, "somebody hears of the alarm no longer"),
}

_ATTACHED: Final[Attributes] = {"policy_arn": (changed, "another policy is attached, which may allow more")}
_PUBLIC_ACCESS: Final[Attributes] = dict.fromkeys(BLOCKS_OF_PUBLIC_ACCESS, (turned_off, "public access is possible"))

RULES: Final[Rules] = {
    "aws_backup_vault": {"kms_key_arn": _NO_KEY},
    "aws_cloudtrail": {
        "cloud_watch_logs_group_arn": (removed, "events reach no log group any more, where they are searched"),
        "enable_log_file_validation": (turned_off, "a forged trail is not noticed"),
        "enable_logging": (turned_off, "nobody records who did what"),
        "event_selector": (lost_entry, "some requests are recorded no longer"),
        "include_global_service_events": (turned_off, "nobody records who did what with roles"),
        "is_multi_region_trail": (turned_off, "other regions are not recorded"),
        "kms_key_id": _NO_KEY,
        "s3_bucket_name": (changed, "what is recorded goes elsewhere"),
    },
    "aws_cloudwatch_composite_alarm": _HEARD,
    "aws_cloudwatch_log_group": {
        "kms_key_id": _NO_KEY,
        "retention_in_days": (shortened, "logs are deleted earlier"),
    },
    "aws_cloudwatch_metric_alarm": _HEARD,
    "aws_dynamodb_table": {
        "server_side_encryption.enabled": (turned_off, "no key of this account encrypts the table any more"),
        "server_side_encryption.kms_key_arn": _NO_KEY,
        "stream_enabled": (turned_off, "nobody is told what happens to its items"),
    },
    "aws_dynamodb_table_replica": {"kms_key_arn": _NO_KEY},
    "aws_elasticache_replication_group": {
        "auth_token": (removed, "clients need not log in"),
        "at_rest_encryption_enabled": (turned_off, "disks and snapshots are not encrypted"),
        "kms_key_id": _NO_KEY,
        "notification_topic_arn": (changed, "somebody hears of its failovers no longer"),
        "security_group_ids": (gained_entry, "whoever another security group lets in reaches it too"),
        "transit_encryption_enabled": (turned_off, "traffic is not encrypted"),
        "transit_encryption_mode": (left("required"), "traffic need not be encrypted"),
        "user_group_ids": (lost_entry, "clients need not log in, or as somebody else"),
    },
    "aws_elasticache_serverless_cache": {
        "kms_key_id": _NO_KEY,
        "security_group_ids": (gained_entry, "whoever another security group lets in reaches it too"),
        "user_group_id": (changed, "clients need not log in, or as somebody else"),
    },
    "aws_elasticache_user": {
        "authentication_mode.type": (left("iam"), "whoever learns a password logs in, or nobody needs one"),
        "no_password_required": (turned_on, "the user needs no password"),
    },
    "aws_elasticache_user_group": {
        "user_ids": (gains_default, "the user of AWS that needs no password and may do everything is let in"),
    },
    "aws_flow_log": {
        "log_destination": (changed, "what is recorded goes elsewhere"),
        "traffic_type": (left("ALL"), "some traffic is recorded no longer"),
    },
    "aws_iam_group_policy_attachment": _ATTACHED,
    "aws_iam_openid_connect_provider": {
        "client_id_list": (gained_entry, "tokens that are meant for others let in too"),
    },
    "aws_iam_policy_attachment": {
        "groups": (gained_entry, "more people get what the policy allows"),
        "roles": (gained_entry, "more roles get what the policy allows"),
        "users": (gained_entry, "more people get what the policy allows"),
    },
    "aws_iam_role": {
        "managed_policy_arns": (gained_entry, "the role may do more"),
        "max_session_duration": (raised, "whoever takes the role keeps it for longer"),
        "permissions_boundary": (changed, "nothing bounds what the role may be given, or something else does"),
    },
    "aws_iam_role_policy_attachment": _ATTACHED,
    "aws_iam_user_policy_attachment": _ATTACHED,
    "aws_kinesis_stream": {
        "encryption_type": (left("KMS"), "no key encrypts it any more"),
        "kms_key_id": _NO_KEY,
    },
    "aws_kms_alias": {"target_key_id": (changed, "what asks for the key by this name gets another one")},
    "aws_kms_grant": {
        "grantee_principal": (changed, "somebody else may use the key"),
        "operations": (gained_entry, "more may be done with the key"),
    },
    "aws_kms_key": {
        "enable_key_rotation": (turned_off, "the key's material is rotated no longer"),
        "rotation_period_in_days": (raised, "the key's material is rotated less often"),
    },
    "aws_route_table_association": {
        "route_table_id": (changed, "its subnet is reached by other ways, perhaps from the internet"),
    },
    "aws_s3_access_point": {
        "public_access_block_configuration": (blocks_less, "public access is possible"),
        "vpc_configuration.vpc_id": (changed, "requests come from outside its VPC"),
    },
    "aws_s3_account_public_access_block": _PUBLIC_ACCESS,
    "aws_s3_bucket_logging": {"target_bucket": (changed, "access is logged elsewhere, or nowhere")},
    "aws_s3_bucket_notification": {"eventbridge": (turned_off, "nobody is told what happens to its objects")},
    "aws_s3_bucket_ownership_controls": {
        "rule.object_ownership": (left("BucketOwnerEnforced"), "access control lists are in force again"),
    },
    "aws_s3_bucket_public_access_block": _PUBLIC_ACCESS,
    "aws_s3_bucket_server_side_encryption_configuration": {
        "rule.apply_server_side_encryption_by_default.kms_master_key_id": _NO_KEY,
        "rule.apply_server_side_encryption_by_default.sse_algorithm": (
            leaves_kms,
            "KMS encrypts new objects no longer",
        ),
    },
    "aws_secretsmanager_secret": {"kms_key_id": _NO_KEY},
    "aws_sns_topic": {"kms_master_key_id": _NO_KEY},
    "aws_sns_topic_subscription": {
        "endpoint": (changed, "somebody else hears of alarms"),
        "filter_policy": (imposed, "some alarms are filtered out"),
    },
    "aws_sqs_queue": {"kms_master_key_id": _NO_KEY},
    "aws_ssm_parameter": {
        "key_id": _NO_KEY,
        "type": (left("SecureString"), "the parameter is not encrypted"),
    },
    "aws_subnet": {"map_public_ip_on_launch": (turned_on, "what starts in it can be reached from the internet")},
    "aws_vpc_endpoint": {
        "private_dns_enabled": (turned_off, "traffic may take the way through the internet"),
        "route_table_ids": (lost_entry, "traffic of some subnets may take the way through the internet"),
        "security_group_ids": (gained_entry, "whoever another security group lets in reaches it too"),
    },
}

RECORDED_EVENTS: Final = Members(
    type="aws_cloudtrail",
    path="advanced_event_selector",
    key="name",
    attributes={"field_selector": (records_less, "some events are recorded no longer")},
    on_removal="these events are recorded no longer",
)

REPLICA_KEYS: Final = Members(
    type="aws_dynamodb_table",
    path="replica",
    key="region_name",
    attributes={"kms_key_arn": _NO_KEY},
)

LOG_DELIVERY: Final = Members(
    type="aws_elasticache_replication_group",
    path="log_delivery_configuration",
    key="log_type",
    on_removal="the log is delivered no longer",
)

MEMBERS: Final = (LOG_DELIVERY, RECORDED_EVENTS, REPLICA_KEYS)

REMOVALS: Final = {
    "aws_cloudtrail": "nobody records who did what",
    "aws_dynamodb_kinesis_streaming_destination": "the stream is told of the table's changes no longer",
    "aws_flow_log": "traffic is recorded no longer",
    "aws_kms_key_policy": "whoever the account's IAM policies let uses the key",
    "aws_s3_account_public_access_block": "public access is possible",
    "aws_s3_bucket_logging": "access to the bucket is logged no longer",
    "aws_s3_bucket_notification": "nobody is told what happens to the bucket's objects",
    "aws_s3_bucket_ownership_controls": "access control lists of the bucket may be in force again",
    "aws_s3_bucket_public_access_block": "public access to the bucket is possible",
    "aws_s3_bucket_server_side_encryption_configuration": "no key of this account encrypts the bucket's new objects",
    "aws_sns_topic_subscription": "somebody hears of alarms no longer",
    "aws_vpc_endpoint": "traffic may take the way through the internet",
    "aws_vpc_endpoint_policy": "the endpoint lets every request pass",
}
"""By type, what it means that such a resource goes while what it secures stays."""

UNHEARD: Final = dict.fromkeys(
    (
        "aws_budgets_budget",
        "aws_budgets_budget_action",
        "aws_ce_anomaly_monitor",
        "aws_ce_anomaly_subscription",
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_metric_alarm",
    ),
    "what it watched is watched no longer",
)
"""The same of what goes with what it watches, which an alarm names in too many ways to tell."""

_LATER: Final = "the alarm sounds later, or more seldom"
LATER: Final[Rules] = {
    "aws_budgets_budget": {"limit_amount": (spends_more, "more is spent before anybody hears of it")},
    "aws_cloudwatch_composite_alarm": {
        "actions_suppressor": (imposed, "another alarm can keep it silent"),
        "alarm_rule": (unheeds, "some alarms set it off no longer"),
    },
    "aws_cloudwatch_metric_alarm": {
        "datapoints_to_alarm": (raised, _LATER),
        "evaluation_periods": (raised, _LATER),
        "period": (raised, _LATER),
        "treat_missing_data": (left("breaching"), "the alarm stays silent where nothing is measured"),
    },
}
"""What is told and does not block: an alarm has to be tuned, too."""


def findings(plan: Plan) -> Iterator[Finding]:
    """Every setting of secrecy or traceability that the plan weakens on something that stays."""
    for change in plan.changes:
        yield from weakened(change)
    yield from removals(plan, REMOVALS, kind=Kind.WEAKEN)
    yield from removals(plan, UNHEARD, kind=Kind.NOTICE)


def _later(change: Change) -> Attributes:
    """The rules about when an alarm sounds; which threshold is looser depends on the side that it guards."""
    attributes = LATER.get(change.type, {})
    side = str(at(change.before, "comparison_operator"))
    weaker = raised if side.startswith("Greater") else lowered if side.startswith("Less") else None
    return {**attributes, "threshold": (weaker, _LATER)} if attributes and weaker else attributes


def weakened(change: Change) -> Iterator[Finding]:
    """What a change, or drift, of one resource weakens."""
    yield from rules.findings(change, RULES.get(change.type, {}), kind=Kind.WEAKEN)
    for members in MEMBERS:
        yield from members.findings(change, kind=Kind.WEAKEN)
    yield from rules.findings(change, _later(change), kind=Kind.NOTICE)
