"""Rules of what all tiers stand on, and the announcement of maintenance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.schema import Environment
from monitoring.alarm import Alarm
from monitoring.rule import Missing, Rule, Severity, Tier

KMS_QUOTA: Final = Rule(
    id="kms-quota",
    tier=Tier.PLATFORM,
    title="KMS is about to throttle",
    each="account",
    namespace="AWS/Usage",
    metrics=("CallCount",),
    statistic="Sum",
    expression="100 * m1 / SERVICE_QUOTA(m1)",
    threshold="kms_quota_percent",
    unit="% of the quota",
    missing=Missing.NOT_BREACHING,
    why_missing="no data means no calls",
    severity=Severity.CRITICAL,
    meaning="Cryptographic requests of the whole account are close to its quota; beyond it every tier fails.",
    first_action="ask for a higher quota in Service Quotas; see which key is used most, and that bucket keys are on.",
)
KMS_DIMENSIONS: Final = {
    "Type": "API",
    "Service": "KMS",
    "Resource": "CryptographicOperationsSymmetric",
    "Class": "None",
}

MAINTENANCE: Final = Rule(
    id="maintenance",
    tier=Tier.PLATFORM,
    title="Maintenance was announced",
    each="environment",
    namespace="Tierstore/Operations",
    metrics=("Maintenance",),
    statistic="Maximum",
    threshold="maintenance",
    period=3600,
    periods=1,
    breaching=1,
    missing=Missing.NOT_BREACHING,
    why_missing="nobody announced any",
    severity=Severity.WARNING,
    meaning="For up to an hour the composite alarms tell nobody.",
    first_action="nothing; it ends by itself. To begin it, put the metric with the value 1.",
)

RULES: Final = (KMS_QUOTA, MAINTENANCE)


def alarms(environment: Environment) -> Iterator[Alarm]:
    """The alarms of the account, and the one that silences the composite ones."""
    yield Alarm.of(environment, KMS_QUOTA, resource="account", dimensions=(KMS_DIMENSIONS,))
    yield maintenance(environment)


def maintenance(environment: Environment) -> Alarm:
    """The alarm that sounds while maintenance is announced."""
    return Alarm.of(environment, MAINTENANCE, resource="environment", dimensions=({"Environment": environment.name},))
