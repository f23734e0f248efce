"""When recovery points are made, of what, and how long they are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from cdktf_cdktf_provider_aws.backup_plan import (
    BackupPlan,
    BackupPlanRule,
    BackupPlanRuleCopyAction,
    BackupPlanRuleCopyActionLifecycle,
    BackupPlanRuleLifecycle,
)
from cdktf_cdktf_provider_aws.backup_selection import BackupSelection
from constructs import Construct

from environments.schema import BackupRule
from modules.backup.vault import Vault

# AWS's own defaults; the provider's are too short for the first backup of a large bucket.
START_MINUTES: Final = 480
COMPLETION_MINUTES: Final = 10_080


class Plan(Construct):
    """The rules of an environment, for the given resources (ARNs)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        rules: Mapping[str, BackupRule],
        resources: Sequence[str],
        role_arn: str,
        vault: Vault,
        copies: Vault | None,
        tags: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id_)
        plan = BackupPlan(
            self,
            "plan",
            name=name,
            rule=[_rule(rule_name, rule, vault, copies, tags) for rule_name, rule in rules.items()],
            tags={"Name": name},
        )
        # By ARN, so that nothing is missing where a tag was forgotten.
        BackupSelection(self, "selection", name=name, plan_id=plan.id, iam_role_arn=role_arn, resources=list(resources))


def _rule(name: str, rule: BackupRule, vault: Vault, copies: Vault | None, tags: Mapping[str, str]) -> BackupPlanRule:
    return BackupPlanRule(
        rule_name=name,
        target_vault_name=vault.name,
        schedule=rule.schedule,
        start_window=START_MINUTES,
        completion_window=COMPLETION_MINUTES,
        lifecycle=BackupPlanRuleLifecycle(delete_after=rule.keep_days, cold_storage_after=rule.cold_after_days),
        copy_action=[_copy(rule, copies)] if copies else None,
        recovery_point_tags=tags,
    )


def _copy(rule: BackupRule, copies: Vault) -> BackupPlanRuleCopyAction:
    lifecycle = BackupPlanRuleCopyActionLifecycle(
        delete_after=rule.copy_keep_days, cold_storage_after=rule.copy_cold_after_days
    )
    return BackupPlanRuleCopyAction(destination_vault_arn=copies.arn, lifecycle=lifecycle)
