"""What the emulator lacks or answers differently from AWS: one gap a module, each in front of one service.

To close another gap, write a handler `async (Request, Handler) -> Response` in a module of its own and add it to
`closed`; a later entry stands in front of an earlier one.
"""

from __future__ import annotations

from pathlib import Path

from sandbox.cloudwatch import service as cloudwatch
from sandbox.gaps import (
    application_autoscaling,
    backup_account_settings,
    backup_audit,
    backup_restore_testing,
    backup_vaults,
    budget_actions,
    cloudtrail_creation,
    cost_explorer,
    iam_simulation,
    kms_managed_keys,
)
from sandbox.gaps.dynamodb import billing, recovery_period, replica_encryption
from sandbox.gaps.memory import Memory
from sandbox.gaps.s3 import configurations, missing_objects, request_payment
from sandbox.wire import Gap


def closed(state: Path) -> list[tuple[str, Gap]]:
    """Return the services and the handlers to put in front of them; what those must remember is kept in `state`."""
    return [
        (
            "application-autoscaling",
            application_autoscaling.remembering(Memory(state / "application-autoscaling.json")),
        ),
        ("backup", backup_account_settings.remembering(Memory(state / "backup-account-settings.json"))),
        ("backup", backup_audit.remembering(Memory(state / "backup-audit.json"))),
        ("backup", backup_restore_testing.remembering(Memory(state / "backup-restore-testing.json"))),
        ("backup", backup_vaults.remembering(Memory(state / "backup-vaults.json"))),
        ("budgets", budget_actions.remembering(Memory(state / "budget-actions.json"))),
        ("ce", cost_explorer.remembering(Memory(state / "cost-explorer.json"))),
        ("cloudtrail", cloudtrail_creation.handle),
        ("dynamodb", recovery_period.remembering(Memory(state / "dynamodb-recovery-periods.json"))),
        ("monitoring", cloudwatch.remembering(Memory(state / "cloudwatch-alarms.json"))),
        ("iam", iam_simulation.handle),
        ("dynamodb", billing.remembering(Memory(state / "dynamodb-caps.json"))),
        ("dynamodb", replica_encryption.remembering(Memory(state / "dynamodb-replica-keys.json"))),
        ("kms", kms_managed_keys.handle),
        ("s3", missing_objects.handle),
        ("s3", request_payment.handle),
        ("s3", configurations.remembering(Memory(state / "s3-configurations.json"))),
    ]
