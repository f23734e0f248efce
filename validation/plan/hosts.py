"""Resources that are settings of another one: removing them is harmless only where that other one goes too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from validation.plan.finding import Finding, Kind
from validation.plan.model import Action, Change, Plan
from validation.plan.values import Value

_HOSTS: Final = frozenset(
    {
        "aws_backup_plan",
        "aws_backup_vault",
        "aws_cloudwatch_log_group",
        "aws_dynamodb_table",
        "aws_iam_group",
        "aws_iam_role",
        "aws_iam_user",
        "aws_kms_key",
        "aws_s3_access_point",
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
        "aws_sns_topic",
        "aws_sqs_queue",
        "aws_vpc",
        "aws_vpc_endpoint",
    }
)

_IDENTITIES: Final = ("id", "arn", "name", "bucket", "key_id", "url")
"""Attributes of a host by which its settings name it."""

_REFERENCES: Final = (
    "backup_vault_name",
    "bucket",
    "group",
    "key_id",
    "plan_id",
    "queue_url",
    "resource_arn",
    "role",
    "s3_bucket_name",
    "secret_arn",
    "table_name",
    "topic_arn",
    "user",
    "vault_name",
    "vpc_endpoint_id",
    "vpc_id",
)
"""Attributes of a setting that name its host; a topic's `arn` is its own."""

_OWN: Final = ("access_point_arn", "arn")
"""More of them, while a resource is new: its own ARN would not be known then."""


def removals(plan: Plan, meanings: Mapping[str, str], *, kind: Kind) -> Iterator[Finding]:
    """What the plan does to things that stay by removing settings of theirs; `meanings` is by type of the setting."""
    for change in removed_settings(plan):
        if change.type in meanings:
            yield Finding(
                kind=kind,
                address=change.address,
                what=f"{meanings[change.type]}: this resource is deleted",
                before="present",
                after="none",
                remedy="Put it back into the code; where only its id changed, keep the id or add a `moved` block, "
                "because the old one may be deleted after the new one was made. If it is meant, allow it.",
            )


def removed_settings(plan: Plan) -> Iterator[Change]:
    """The resources that are removed from a host that stays, and those that leave one host for another."""
    destroyed = _hosts(plan, Action.DESTROY)
    replaced = _hosts(plan, Action.REPLACE)
    for change in plan.changes:
        before, after = _references(change.before), _references(change.after)
        if change.action is Action.DESTROY and not before & destroyed:
            yield change
        # A setting of a host that is replaced is replaced with it, and stays with it.
        if change.action is Action.REPLACE and before and before != after and not before & (destroyed | replaced):
            yield change


def added_settings(plan: Plan) -> Iterator[Change]:
    """The resources that are added to a host that is there already, and those that leave another one for it."""
    created, replaced = _hosts(plan, Action.CREATE), _hosts(plan, Action.REPLACE)
    for change in plan.changes:
        references = _references(change.after) | _references(change.after, _OWN)
        if change.action is Action.CREATE and change.type not in _HOSTS and references and not references & created:
            yield change
        gained = _references(change.after) - _references(change.before)
        if change.action is Action.REPLACE and gained and not gained & (created | replaced):
            yield change


def _hosts(plan: Plan, action: Action) -> frozenset[str]:
    """By what the hosts to which this happens are referred to."""
    return frozenset(
        value
        for change in plan.changes
        if change.type in _HOSTS and change.action is action
        for values in (change.before, change.after)
        for name in _IDENTITIES
        if isinstance(value := (values or {}).get(name), str) and value
    )


def _references(values: Mapping[str, Value] | None, names: Iterable[str] = _REFERENCES) -> frozenset[str]:
    found = ((values or {}).get(name) for name in names)
    return frozenset(value for value in found if isinstance(value, str) and value)
