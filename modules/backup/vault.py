"""A vault: where recovery points lie, under a key of their own, behind a policy and a lock."""

from __future__ import annotations

from typing import Final

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.backup_vault import BackupVault
from cdktf_cdktf_provider_aws.backup_vault_lock_configuration import BackupVaultLockConfiguration
from cdktf_cdktf_provider_aws.backup_vault_notifications import BackupVaultNotifications
from cdktf_cdktf_provider_aws.backup_vault_policy import BackupVaultPolicy
from constructs import Construct

from environments.schema import BackupSettings, ComplianceLock, GovernanceLock, NoLock
from modules.backup.policies import render_no_deletion
from modules.policy import document

TOLD: Final = ("RECOVERY_POINT_MODIFIED", "S3_BACKUP_OBJECT_FAILED", "S3_RESTORE_OBJECT_FAILED")
"""Events that people hear of; jobs that fail are counted by metrics, which have alarms."""


class Vault(Construct):
    """A vault from which nobody deletes a recovery point before its time.

    The policy stops a mistake, and whoever may change policies gets past it. A governance lock stops whoever has no
    permission to remove locks; a compliance lock stops everybody once its grace is over.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        settings: BackupSettings,
        key_arn: str,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        vault = BackupVault(
            self,
            "vault",
            provider=provider,
            name=name,
            kms_key_arn=key_arn,
            force_destroy=settings.force_destroy,
            # AWS refuses to delete a vault that is not empty, but when the rest is gone; this refuses the plan.
            lifecycle=TerraformResourceLifecycle(prevent_destroy=not settings.force_destroy),
            tags={"Name": name},
        )
        self.name: str = vault.name
        self.arn: str = vault.arn
        BackupVaultPolicy(
            self, "policy", provider=provider, backup_vault_name=vault.name, policy=document([render_no_deletion()])
        )
        match settings.lock:
            case NoLock():
                return
            case GovernanceLock() as lock:
                grace = None
            case ComplianceLock() as lock:
                grace = lock.changeable_for_days
        BackupVaultLockConfiguration(
            self,
            "lock",
            provider=provider,
            backup_vault_name=vault.name,
            min_retention_days=lock.least_days,
            max_retention_days=lock.most_days,
            changeable_for_days=grace,
        )

    def tell(self, topic_arn: str) -> None:
        """Publish to a topic of the vault's region when a recovery point is changed, or objects were left out."""
        BackupVaultNotifications(
            self,
            "notifications",
            backup_vault_name=self.name,
            backup_vault_events=list(TOLD),
            sns_topic_arn=topic_arn,
        )
