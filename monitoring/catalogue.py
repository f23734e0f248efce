"""Every alarm of an environment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from environments.schema import Environment
from monitoring import application, backup, dynamodb, platform, redis, s3, serverless_redis
from monitoring.alarm import Alarm
from monitoring.rule import Rule, Severity
from tierstore.declaration.model import DataModel

RULES: Final[tuple[Rule, ...]] = (
    *dynamodb.RULES,
    *s3.RULES,
    *redis.RULES,
    redis.GLOBAL_LAG,
    *serverless_redis.RULES,
    *platform.RULES,
    *backup.RULES,
    *application.RULES,
)


def alarms(environment: Environment, model: DataModel) -> tuple[Alarm, ...]:
    """What is watched in an environment, tier by tier; without warnings where it does without."""
    derived = (
        *dynamodb.alarms(environment, model),
        *s3.alarms(environment, model),
        *redis.alarms(environment),
        *serverless_redis.alarms(environment),
        *platform.alarms(environment),
        *backup.alarms(environment),
        *application.alarms(environment),
    )
    return _wanted(environment, derived)


def standby_alarms(environment: Environment, there: Environment, model: DataModel) -> tuple[Alarm, ...]:
    """What is watched in the region of a standby; without warnings where its environment does without."""
    derived = (
        *redis.standby_alarms(there),
        *s3.standby_alarms(environment, there, model),
        platform.maintenance(there),
    )
    return _wanted(there, derived)


def _wanted(environment: Environment, derived: Iterable[Alarm]) -> tuple[Alarm, ...]:
    return tuple(alarm for alarm in derived if environment.alarms.warnings or _is_needed(alarm))


def _is_needed(alarm: Alarm) -> bool:
    # Composite alarms cannot be silenced without the announcement of maintenance.
    return alarm.rule.severity is Severity.CRITICAL or alarm.rule is platform.MAINTENANCE
