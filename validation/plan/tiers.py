"""The part of the platform that a resource belongs to."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Tier(StrEnum):
    """Parts in the order of reports: the three that hold data, then what surrounds them."""

    DYNAMODB = "dynamodb"
    S3 = "s3"
    REDIS = "redis"
    ENCRYPTION = "encryption"
    BACKUP = "backup"
    ACCESS = "access"
    NETWORK = "network"
    MONITORING = "monitoring"
    SCALING = "scaling"
    CONNECTION = "connection"
    OTHER = "other"


def tier_of(resource_type: str) -> Tier:
    """The tier of a Terraform resource type, by the longest prefix that is known."""
    fitting = [prefix for prefix in _PREFIXES if resource_type.startswith(f"aws_{prefix}")]
    return _PREFIXES[max(fitting, key=len)] if fitting else Tier.OTHER


_PREFIXES: Final = {
    "appautoscaling_": Tier.SCALING,
    "backup_": Tier.BACKUP,
    "budgets_": Tier.MONITORING,
    "ce_": Tier.MONITORING,
    "cloudtrail": Tier.MONITORING,
    "cloudwatch_": Tier.MONITORING,
    "default_security_group": Tier.NETWORK,
    "dynamodb_": Tier.DYNAMODB,
    "elasticache_": Tier.REDIS,
    "flow_log": Tier.NETWORK,
    "iam_": Tier.ACCESS,
    "kinesis_": Tier.DYNAMODB,
    "kms_": Tier.ENCRYPTION,
    "nat_gateway": Tier.NETWORK,
    "network_acl": Tier.NETWORK,
    "route": Tier.NETWORK,
    "route53": Tier.OTHER,
    "s3": Tier.S3,
    "s3outposts_": Tier.OTHER,
    "s3tables_": Tier.OTHER,
    "s3vectors_": Tier.OTHER,
    "secretsmanager_": Tier.ENCRYPTION,
    "security_group": Tier.NETWORK,
    "sns_": Tier.MONITORING,
    "ssm_parameter": Tier.CONNECTION,
    "subnet": Tier.NETWORK,
    "vpc": Tier.NETWORK,
}
"""Beginnings of types, without aws_."""
