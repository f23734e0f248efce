"""Where the services of AWS are reached."""

from __future__ import annotations

from typing import Annotated, Literal

from environments.schema.values import text

# What the constructs and the checks call, as Terraform's provider names it.
Service = Literal[
    "appautoscaling",
    "backup",
    "budgets",
    "ce",
    "cloudtrail",
    "cloudwatch",
    "dynamodb",
    "ec2",
    "elasticache",
    "iam",
    "kinesis",
    "kms",
    "logs",
    "s3",
    "s3_control",
    "sns",
    "ssm",
    "sts",
]
EndpointUrl = Annotated[
    str,
    text(r"^https://[A-Za-z0-9.-]+(:\d+)?$", "an https:// address without a path, such as https://s3.example.org"),
]
