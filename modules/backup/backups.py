"""Everything that AWS Backup keeps of an environment."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from environments.schema import Environment
from modules.backup.audit import Audit
from modules.backup.plan import Plan
from modules.backup.policies import render_backup, render_restore, render_trust
from modules.backup.restore_testing import RestoreTesting
from modules.backup.vault import Vault
from modules.encryption import TierKey
from modules.policy import Statement, document
from modules.provider import DisasterRecoveryRegion
from modules.s3 import Bucket


class Backups(Construct):
    """Recovery points of the given tables and buckets (ARNs), with copies in the disaster-recovery region.

    `data_keys` are the keys that encrypt the tables and buckets, `key` encrypts their recovery points. People hear
    of what happens to them through `topic_arn`, and find reports of it in the bucket `logs`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        tables: Sequence[str],
        buckets: Sequence[str],
        key: TierKey,
        data_keys: Sequence[TierKey],
        disaster_recovery: DisasterRecoveryRegion | None,
        topic_arn: str,
        boundary_arn: str,
        logs: Bucket,
    ) -> None:
        super().__init__(scope, id_)
        settings = environment.backup
        name = environment.backup_vault
        self.vault = Vault(self, "vault", name=name, settings=settings, key_arn=key.arn)
        self.vault.tell(topic_arn)
        self.copies = _copies(self, name, environment, key, disaster_recovery)
        """The vault in the disaster-recovery region; None where nothing is copied."""
        keys = [arn for each in (key, *data_keys) for arn in (each.arn, each.replica and each.replica.arn) if arn]
        vaults = [vault.arn for vault in (self.vault, self.copies) if vault]
        backing_up = _role(
            self,
            "jobs",
            name=environment.physical_name("backup-jobs"),
            description="Lets AWS Backup read the tables and buckets and keep recovery points of them",
            permissions=render_backup(environment, tables=tables, buckets=buckets, vaults=vaults, keys=keys),
            boundary_arn=boundary_arn,
        )
        restoring = _role(
            self,
            "restores",
            name=environment.physical_name("backup-restores"),
            description="Lets AWS Backup restore recovery points into new tables and buckets",
            permissions=render_restore(environment, keys=keys),
            boundary_arn=boundary_arn,
        )
        Plan(
            self,
            "plan",
            name=name,
            rules=settings.plan,
            resources=[*tables, *buckets],
            role_arn=backing_up,
            vault=self.vault,
            copies=self.copies,
            tags=environment.resource_tags,
        )
        audit = Audit(self, "audit", environment=environment, bucket_name=logs.name)
        logs.let_in_after(audit.reports)
        if settings.restore_testing:
            RestoreTesting(
                self,
                "restore-testing",
                name=environment.restore_testing_plan,
                schedule=settings.restore_testing,
                vault_arn=self.vault.arn,
                role_arn=restoring,
                resources={"DynamoDB": tables, "S3": buckets},
            )


def _copies(
    scope: Construct, name: str, environment: Environment, key: TierKey, region: DisasterRecoveryRegion | None
) -> Vault | None:
    if region is None or key.replica is None or not environment.backup.copies:
        return None
    return Vault(
        scope,
        "copies",
        name=name,
        settings=environment.backup,
        key_arn=key.replica.arn,
        provider=region.provider,
    )


def _role(
    scope: Construct,
    id_: str,
    *,
    name: str,
    description: str,
    permissions: Sequence[Statement],
    boundary_arn: str,
) -> str:
    role = IamRole(
        scope,
        id_,
        name=name,
        description=description,
        assume_role_policy=document([render_trust()]),
        permissions_boundary=boundary_arn,
    )
    IamRolePolicy(scope, f"{id_}-permissions", role=role.id, policy=document(permissions))
    arn: str = role.arn
    return arn
