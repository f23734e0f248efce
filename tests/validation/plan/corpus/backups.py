"""Recovery points are made, tested, copied or kept less."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import destroyed, plan, replaced, updated
from tests.validation.plan.corpus.addresses import BACKUP_PLAN
from tests.validation.plan.corpus.case import Case

CASES = (
    Case(
        "a vault is unlocked",
        plan(destroyed("aws_backup_vault_lock_configuration.vault", o.VAULT_LOCK)),
        blocked=(("unprotect", "aws_backup_vault_lock_configuration.vault"),),
    ),
    Case(
        "a vault's lock is replaced by a weaker one",
        plan(
            replaced(
                "aws_backup_vault_lock_configuration.vault",
                o.VAULT_LOCK,
                by=[["min_retention_days"]],
                min_retention_days=1,
            )
        ),
        blocked=(("unprotect", "aws_backup_vault_lock_configuration.vault"),),
    ),
    Case(
        "a vault's lock stays open to changes",
        plan(
            replaced(
                "aws_backup_vault_lock_configuration.vault",
                o.VAULT_LOCK,
                by=[["changeable_for_days"]],
                changeable_for_days=None,
            )
        ),
        blocked=(("unprotect", "aws_backup_vault_lock_configuration.vault"),),
    ),
    Case(
        "destroy may delete recovery points",
        plan(updated("aws_backup_vault.vault", {**o.VAULT, "force_destroy": False}, force_destroy=True)),
        blocked=(("unprotect", "aws_backup_vault.vault"),),
    ),
    Case(
        "recovery points are copied no longer",
        plan(updated(BACKUP_PLAN, o.copied_plan(days=90), rule=o.BACKUP_PLAN["rule"])),
        blocked=(("unprotect", BACKUP_PLAN),),
    ),
    Case(
        "nobody tests recovery points any more",
        plan(
            destroyed("aws_backup_restore_testing_plan.monthly", o.RESTORE_TESTING_PLAN),
            destroyed("aws_backup_restore_testing_selection.tables", o.RESTORE_TESTING_SELECTION),
        ),
        blocked=(("unprotect", "aws_backup_restore_testing_plan.monthly"),),
    ),
    Case(
        "recovery points of a table are tested no longer",
        plan(
            updated(
                "aws_backup_restore_testing_selection.tables",
                o.RESTORE_TESTING_SELECTION,
                protected_resource_arns=[o.BUCKET_ARN],
            )
        ),
        blocked=(("unprotect", "aws_backup_restore_testing_selection.tables"),),
    ),
    Case(
        "a table is backed up no longer",
        plan(updated("aws_backup_selection.tables", o.BACKUP_SELECTION, resources=[o.BUCKET_ARN])),
        blocked=(("unprotect", "aws_backup_selection.tables"),),
    ),
    Case(
        "recovery points deleted earlier",
        plan(
            updated(
                BACKUP_PLAN,
                o.BACKUP_PLAN,
                rule=[{**o.BACKUP_PLAN["rule"][0], "lifecycle": [{"delete_after": 7}]}],
            )
        ),
        blocked=(("unprotect", BACKUP_PLAN),),
    ),
    Case(
        "copies of recovery points are deleted earlier",
        plan(updated(BACKUP_PLAN, o.copied_plan(days=90), rule=o.copied_plan(days=7)["rule"])),
        blocked=(("unprotect", BACKUP_PLAN),),
    ),
    Case(
        "copies of recovery points are kept for longer",
        plan(updated(BACKUP_PLAN, o.copied_plan(days=90), rule=o.copied_plan(days=365)["rule"])),
    ),
    Case(
        "a lock stays open to changes for longer",
        plan(replaced("aws_backup_vault_lock_configuration.vault", o.VAULT_LOCK, changeable_for_days=30)),
        blocked=(("unprotect", "aws_backup_vault_lock_configuration.vault"),),
    ),
    Case(
        "a lock is closed for good",
        plan(
            replaced(
                "aws_backup_vault_lock_configuration.vault",
                {**o.VAULT_LOCK, "changeable_for_days": None},
                changeable_for_days=3,
            )
        ),
    ),
    Case(
        "buckets are backed up no longer in the region",
        plan(
            updated(
                "aws_backup_region_settings.region",
                {"resource_type_opt_in_preference": {"DynamoDB": True, "S3": True}},
                resource_type_opt_in_preference={"DynamoDB": True, "S3": False},
            )
        ),
        blocked=(("unprotect", "aws_backup_region_settings.region"),),
    ),
    Case(
        "backups are made no longer",
        plan(
            destroyed(BACKUP_PLAN, o.BACKUP_PLAN),
            destroyed("aws_backup_selection.tables", o.BACKUP_SELECTION),
        ),
        blocked=(("unprotect", BACKUP_PLAN),),
    ),
    Case(
        "a vault's policy vanished",
        plan(destroyed("aws_backup_vault_policy.vault", o.VAULT_POLICY)),
        blocked=(("weaken", "aws_backup_vault_policy.vault"),),
    ),
    Case(
        "a vault with its policy and lock goes",
        plan(
            destroyed("aws_backup_vault.vault", o.VAULT),
            destroyed("aws_backup_vault_policy.vault", o.VAULT_POLICY),
            destroyed("aws_backup_vault_lock_configuration.vault", o.VAULT_LOCK),
        ),
        blocked=(("destroy", "aws_backup_vault.vault"),),
    ),
    Case(
        "backups are made once a week",
        plan(
            updated(
                BACKUP_PLAN,
                o.BACKUP_PLAN,
                rule=[{**o.BACKUP_PLAN["rule"][0], "schedule": "cron(0 3 ? * SUN *)"}],
            )
        ),
        blocked=(("unprotect", BACKUP_PLAN),),
    ),
    Case(
        "backups are made at another hour",
        plan(
            updated(
                BACKUP_PLAN,
                o.BACKUP_PLAN,
                rule=[{**o.BACKUP_PLAN["rule"][0], "schedule": "cron(30 4 * * ? *)"}],
            )
        ),
    ),
    Case(
        "backups go into another vault",
        plan(
            updated(
                BACKUP_PLAN,
                o.BACKUP_PLAN,
                rule=[{**o.BACKUP_PLAN["rule"][0], "target_vault_name": "unlocked"}],
            )
        ),
        blocked=(("unprotect", BACKUP_PLAN),),
    ),
)
