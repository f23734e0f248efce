"""What services of AWS need to work for an environment, all of them together."""

from __future__ import annotations

from collections.abc import Iterator

from environments.schema import Environment, Freeze
from environments.schema.replication import ForeignBucket
from environments.standby import with_standby
from modules.access.statements import allow
from modules.policy import Statement


def render_services(environment: Environment) -> list[Statement]:
    """The most that a role of a service can be given: copies, backups and restores, logs, and the end of a budget.

    Each role's own policy says which part of it; no other service, and no right over roles but a budget's.
    """

    def arn(service: str, resource: str, region: str = "*") -> str:
        return f"arn:{environment.partition}:{service}:{region}:{environment.account}:{resource}"

    name = environment.physical_name("*")
    tables = (name, "awsbackup-restore-test-*")
    log_groups = [each.log_group_name("*") for each in with_standby(environment)]
    foreign = list(_foreign(environment))
    freeze = environment.budget.freeze
    return [
        allow(
            "Tables",
            ["dynamodb:*"],
            [arn("dynamodb", f"table/{each}") for each in tables],
        ),
        allow(
            "Buckets",
            ["s3:*"],
            [
                f"arn:{environment.partition}:s3:::{each}"
                for each in (*tables, *(f"{each.bucket}*" for each in foreign))
            ],
        ),
        allow("Backups", ["backup:*"], [arn("backup", "backup-vault:*"), arn("backup", "recovery-point:*")]),
        allow("Events", ["events:*"], [arn("events", "rule/AwsBackupManagedRule*")]),
        allow("Logs", ["logs:*"], [arn("logs", f"log-group:{each}") for each in log_groups]),
        allow(
            "Keys",
            [
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:ReEncrypt*",
            ],
            [arn("kms", "key/*"), *(each.kms_key_arn for each in foreign)],
        ),
        allow(
            "Overviews",
            ["cloudwatch:GetMetricData", "events:ListRules", "logs:DescribeLogGroups", "s3:ListAllMyBuckets"],
            ["*"],
        ),
        *([_render_freezing(environment, freeze)] if freeze else []),
    ]


def _render_freezing(environment: Environment, freeze: Freeze) -> Statement:
    account = f"arn:{environment.partition}:iam::{environment.account}"
    return {
        **allow(
            "EndOfBudget",
            ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
            [f"{account}:role/{role}" for role in freeze.roles],
        ),
        "Condition": {"ArnEquals": {"iam:PolicyARN": f"{account}:policy/{environment.physical_name('freeze')}"}},
    }


def _foreign(environment: Environment) -> Iterator[ForeignBucket]:
    """Buckets of other accounts to which objects are copied."""
    for settings in environment.buckets.values():
        if settings.replication is not None and settings.replication.destination is not None:
            yield settings.replication.destination
