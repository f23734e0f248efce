"""The topic through which people hear of alarms, backups and costs."""

from __future__ import annotations

from environments.schema import Environment


def topic_name(environment: Environment) -> str:
    """Its name in the account."""
    return environment.physical_name("alarms")


def topic_arn(environment: Environment) -> str:
    """Its ARN, known before it exists."""
    return f"arn:{environment.partition}:sns:{environment.region}:{environment.account}:{topic_name(environment)}"
