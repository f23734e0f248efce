"""The customer-managed KMS keys of the tiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from environments.schema import Environment
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, compare
from validation.live import kms

KEYS: Final = ("dynamodb", "s3", "backup", "redis", "logs", "alarms")
"""What has a key of its own."""

REPLICATED: Final = ("dynamodb", "s3", "backup")
"""What is copied to the disaster-recovery region, so that its key has a replica there."""


def alias(environment: Environment, what: str) -> str:
    """The alias of the key of `what`."""
    return f"alias/{environment.physical_name(what)}"


def key_arn(context: Context, what: str) -> str:
    """ARN of the key that `what` must be encrypted with; raises `Unmet` where the key is missing."""
    return context.ask(kms.key, alias(context.environment, what))["Arn"]


def _keys(_context: Context) -> Sequence[str]:
    return KEYS


@check("platform.keys", "Encryption keys are enabled and ours", severity=Severity.CRITICAL, each=_keys)
def keys(context: Context, what: str) -> Iterator[Finding]:
    """Data under a disabled key, or one scheduled for deletion, is out of reach for everybody."""
    key = context.ask(kms.key, alias(context.environment, what))
    yield compare("state", expected="Enabled", found=key["KeyState"])
    yield compare("manager", expected="CUSTOMER", found=key.get("KeyManager"))
    yield compare("use", expected="ENCRYPT_DECRYPT", found=key.get("KeyUsage"))


def _replicated(context: Context) -> Sequence[str]:
    return REPLICATED if context.environment.disaster_recovery_region else ()


@check(
    "platform.replica_keys",
    "The disaster-recovery region has the same keys",
    severity=Severity.CRITICAL,
    each=_replicated,
)
def replica_keys(context: Context, what: str) -> Iterator[Finding]:
    """Copies in the disaster-recovery region are out of reach without a key of that region."""
    replica = context.disaster_recovery.ask(kms.key, alias(context.environment, what))
    yield compare("state", expected="Enabled", found=replica["KeyState"])
    yield compare(
        "replica of",
        expected=key_arn(context, what),
        found=replica.get("MultiRegionConfiguration", {}).get("PrimaryKey", {}).get("Arn"),
    )


@check("platform.key_rotation", "Encryption keys rotate", severity=Severity.MEDIUM, each=_keys)
def key_rotation(context: Context, what: str) -> Iterator[Finding]:
    """Key material changes as often as the environment says."""
    key = context.ask(kms.key, alias(context.environment, what))
    rotation = context.ask(kms.rotation, key["KeyId"])
    yield compare("rotation enabled", expected=True, found=rotation["KeyRotationEnabled"])
    yield compare(
        "rotation period in days",
        expected=context.environment.encryption.rotation_period_days,
        found=rotation.get("RotationPeriodInDays"),
    )
