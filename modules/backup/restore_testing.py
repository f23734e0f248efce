"""Restores recovery points on a schedule, to see that they can be restored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cdktf_cdktf_provider_aws.backup_restore_testing_plan import (
    BackupRestoreTestingPlan,
    BackupRestoreTestingPlanRecoveryPointSelection,
)
from cdktf_cdktf_provider_aws.backup_restore_testing_selection import BackupRestoreTestingSelection
from constructs import Construct

START_HOURS: Final = 24
WINDOW_DAYS: Final = 30
"""The newest recovery point of these days is restored."""
VALIDATION_HOURS: Final = 1
"""How long what was restored stays to be looked at, before AWS Backup deletes it."""


class RestoreTesting(Construct):
    """A plan that restores the newest recovery point of each resource; `resources` are ARNs by AWS Backup's type."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        schedule: str,
        vault_arn: str,
        role_arn: str,
        resources: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__(scope, id_)
        plan = BackupRestoreTestingPlan(
            self,
            "plan",
            name=name,
            schedule_expression=schedule,
            start_window_hours=START_HOURS,
            recovery_point_selection=[
                BackupRestoreTestingPlanRecoveryPointSelection(
                    algorithm="LATEST_WITHIN_WINDOW",
                    include_vaults=[vault_arn],
                    recovery_point_types=["SNAPSHOT"],
                    selection_window_days=WINDOW_DAYS,
                )
            ],
            tags={"Name": name},
        )
        for type_, arns in resources.items():
            if arns:
                BackupRestoreTestingSelection(
                    self,
                    type_.lower(),
                    name=type_.lower(),
                    restore_testing_plan_name=plan.name,
                    protected_resource_type=type_,
                    protected_resource_arns=list(arns),
                    iam_role_arn=role_arn,
                    validation_window_hours=VALIDATION_HOURS,
                )
