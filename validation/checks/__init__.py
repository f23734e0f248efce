"""The checks, one module for each concern; a check is a decorated function, a new module gets a line here."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from validation.checks import (
    access,
    alarms,
    audit,
    autoscaling,
    backup,
    connection,
    costs,
    dynamodb_billing,
    dynamodb_data,
    dynamodb_indexes,
    dynamodb_settings,
    keys,
    network,
    redis_data,
    redis_rights,
    redis_settings,
    s3_access,
    s3_data,
    s3_lifecycle,
    s3_replication,
    s3_settings,
    s3_uses,
    serverless_redis,
    standby,
    tags,
)
from validation.context import Context
from validation.framework.check import Check
from validation.framework.result import Tier

_MODULES: Final = (
    keys,
    network,
    connection,
    audit,
    tags,
    access,
    dynamodb_settings,
    dynamodb_indexes,
    dynamodb_billing,
    dynamodb_data,
    s3_settings,
    s3_lifecycle,
    s3_uses,
    s3_access,
    s3_replication,
    s3_data,
    autoscaling,
    redis_settings,
    redis_data,
    redis_rights,
    serverless_redis,
    backup,
    alarms,
    costs,
    standby,
)


def _checks_of(module: ModuleType) -> list[Check[Context]]:
    return [value for value in vars(module).values() if isinstance(value, Check)]


# A module may look at more than one tier.
CHECKS: Final[tuple[Check[Context], ...]] = tuple(
    sorted(
        (check for module in _MODULES for check in _checks_of(module)), key=lambda check: list(Tier).index(check.tier)
    )
)
"""Every check, grouped by tier, in the order in which reports show them."""

__all__ = ["CHECKS"]
