"""Every alarm of an environment."""

from __future__ import annotations

from typing import Final

from environments.schema import Environment
from monitoring import application, backup, dynamodb, platform, redis, s3
from monitoring.alarm import Alarm
from monitoring.rule import Rule
from tierstore.declaration.model import DataModel

RULES: Final[tuple[Rule, ...]] = (
    *dynamodb.RULES,
    *s3.RULES,
    *redis.RULES,
    *platform.RULES,
    *backup.RULES,
    *application.RULES,
)


def alarms(environment: Environment, model: DataModel) -> tuple[Alarm, ...]:
    """What is watched in an environment, tier by tier."""
    return (
        *dynamodb.alarms(environment, model),
        *s3.alarms(environment, model),
        *redis.alarms(environment),
        *platform.alarms(environment),
        *backup.alarms(environment),
        *application.alarms(environment),
    )
