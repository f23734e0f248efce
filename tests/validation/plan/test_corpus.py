"""A corpus of plans with the verdict on each: what must never pass, and what must not be held up."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.validation.plan import objects as o
from tests.validation.plan.builder import (
    Json,
    created,
    destroyed,
    forgotten,
    moved,
    plan,
    replaced,
    reviewed,
    sensitive,
    unchanged,
    updated,
)
from validation.plan.values import HIDDEN

TABLE = "aws_dynamodb_table.core"
COPY = "aws_dynamodb_table_replica.core"
BUCKET = "aws_s3_bucket.uploads"
GROUP = "aws_elasticache_replication_group.group"
SERVERLESS = "aws_elasticache_serverless_cache.serverless"
DATASTORE = "aws_elasticache_global_replication_group.datastore"
REPLICA = "aws_elasticache_replication_group.replica"
KEY = "aws_kms_key.tables"
POLICY = "aws_s3_bucket_policy.uploads"
VERSIONING = "aws_s3_bucket_versioning.uploads"
INGRESS = "aws_vpc_security_group_ingress_rule.redis"
ROLE = "aws_iam_role.application"
ROLE_POLICY = "aws_iam_role_policy.storage"
ATTACHMENT = "aws_iam_role_policy_attachment.more"
CORS = "aws_s3_bucket_cors_configuration.uploads"
NOTIFICATION = "aws_s3_bucket_notification.uploads"
ACCESS_POINT = "aws_s3_access_point.application"
ACCOUNT_BLOCK = "aws_s3_account_public_access_block.account"
ENDPOINT = "aws_vpc_endpoint.dynamodb"
REDIS_USER = "aws_elasticache_user.application"
USER_GROUP = "aws_elasticache_user_group.users"
TOPIC = "aws_sns_topic.alarms"
SUBSCRIPTION = "aws_sns_topic_subscription.on-call"
ALARM = "aws_cloudwatch_metric_alarm.throttles"
PARAMETERS = "aws_elasticache_parameter_group.parameters"
LIFECYCLE = "aws_s3_bucket_lifecycle_configuration.uploads"


@dataclass(frozen=True)
class Case:
    """A plan, and the kinds of finding that block it by address; none where it is clean."""

    id: str
    plan: Json
    blocked: tuple[tuple[str, str], ...] = ()
    notices: tuple[str, ...] = ()


def recovery(*, enabled: bool = True, days: int | None = 35) -> list[dict[str, object]]:
    return [{"enabled": enabled, "recovery_period_in_days": days}]


STATEFUL = [
    Case("a table's block vanished from the code", plan(destroyed(TABLE, o.TABLE)), blocked=(("destroy", TABLE),)),
    Case("a bucket's block vanished", plan(destroyed(BUCKET, o.BUCKET)), blocked=(("destroy", BUCKET),)),
    Case("a replication group goes", plan(destroyed(GROUP, o.REPLICATION_GROUP)), blocked=(("destroy", GROUP),)),
    Case(
        "a serverless cache takes the place of a replication group",
        plan(destroyed(GROUP, o.REPLICATION_GROUP), created(SERVERLESS, o.SERVERLESS_CACHE)),
        blocked=(("destroy", GROUP),),
    ),
    Case(
        "a replication group takes the place of a serverless cache",
        plan(destroyed(SERVERLESS, o.SERVERLESS_CACHE), created(GROUP, o.REPLICATION_GROUP)),
        blocked=(("destroy", SERVERLESS),),
    ),
    Case(
        "another engine version replaces the serverless cache",
        plan(replaced(SERVERLESS, o.SERVERLESS_CACHE, by=[["major_engine_version"]], major_engine_version="9")),
        blocked=(("replace", SERVERLESS),),
    ),
    Case(
        "Redis loses its replica in another region",
        plan(
            destroyed(DATASTORE, {"id": "ldgnf-tierstore-prod"}),
            destroyed(REPLICA, {**o.REPLICATION_GROUP, "global_replication_group_id": "ldgnf-tierstore-prod"}),
        ),
        blocked=(("destroy", DATASTORE), ("destroy", REPLICA)),
    ),
    Case(
        "a replica of Redis leaves its global datastore",
        plan(
            replaced(
                REPLICA,
                {**o.REPLICATION_GROUP, "global_replication_group_id": "ldgnf-tierstore-prod"},
                by=[["global_replication_group_id"]],
                global_replication_group_id=None,
            )
        ),
        blocked=(("replace", REPLICA), ("unprotect", REPLICA)),
    ),
    Case(
        "another primary replaces the global datastore",
        plan(
            replaced(
                DATASTORE,
                {"id": "ldgnf-tierstore-prod", "primary_replication_group_id": "tierstore-prod"},
                by=[["primary_replication_group_id"]],
                primary_replication_group_id="tierstore-other",
            )
        ),
        blocked=(("replace", DATASTORE),),
    ),
    Case("a key goes", plan(destroyed(KEY, o.KMS_KEY)), blocked=(("destroy", KEY),)),
    Case(
        "a vault goes",
        plan(destroyed("aws_backup_vault.vault", o.VAULT)),
        blocked=(("destroy", "aws_backup_vault.vault"),),
    ),
    Case(
        "a secret goes",
        plan(destroyed("aws_secretsmanager_secret.token", o.SECRET)),
        blocked=(("destroy", "aws_secretsmanager_secret.token"),),
    ),
    Case(
        "a table goes with its module",
        plan(destroyed("module.old.aws_dynamodb_table.core", o.TABLE, because="no_module")),
        blocked=(("destroy", "module.old.aws_dynamodb_table.core"),),
    ),
    Case(
        "count got smaller",
        plan(destroyed(f"{TABLE}[1]", o.TABLE, because="count_index"), unchanged(f"{TABLE}[0]", o.TABLE)),
        blocked=(("destroy", f"{TABLE}[1]"),),
    ),
    Case(
        "a key left for_each",
        plan(destroyed(f'{BUCKET}["old"]', o.BUCKET, because="each_key")),
        blocked=(("destroy", f'{BUCKET}["old"]'),),
    ),
    Case(
        "destroying everything on request",
        plan(destroyed(TABLE, o.TABLE, because=""), destroyed("aws_subnet.one", {"id": "subnet-1"}, because="")),
        blocked=(("destroy", TABLE),),
    ),
    Case(
        "another partition key replaces the table",
        plan(replaced(TABLE, o.TABLE, by=[["hash_key"]], hash_key="id")),
        blocked=(("replace", TABLE),),
    ),
    Case(
        "two attributes replace the group, the new one first",
        plan(
            replaced(
                GROUP,
                o.REPLICATION_GROUP,
                by=[["replication_group_id"], ["engine"]],
                create_first=True,
                replication_group_id="other",
                engine="valkey",
            )
        ),
        blocked=(("replace", GROUP),),
    ),
    Case(
        "a tainted table is replaced",
        plan(replaced(TABLE, o.TABLE, reason="replace_because_tainted")),
        blocked=(("replace", TABLE),),
    ),
    Case(
        "a bucket is replaced on request",
        plan(replaced(BUCKET, o.BUCKET, reason="replace_by_request")),
        blocked=(("replace", BUCKET),),
    ),
    Case(
        "the attribute that forces it is not known yet",
        plan(replaced(BUCKET, o.BUCKET, by=[["bucket"]], unknown={"bucket": True})),
        blocked=(("replace", BUCKET),),
    ),
    Case(
        "a renamed construct destroys and creates",
        plan(destroyed(TABLE, o.TABLE), created("aws_dynamodb_table.renamed", o.TABLE)),
        blocked=(("destroy", TABLE),),
    ),
    Case("a moved block moves", plan(moved(unchanged("aws_dynamodb_table.renamed", o.TABLE), from_=TABLE))),
    Case(
        "moved and tagged",
        plan(moved(updated("aws_dynamodb_table.renamed", o.TABLE, tags={"Name": "x"}), from_=TABLE)),
    ),
    Case(
        "moved and unprotected",
        plan(moved(updated("aws_dynamodb_table.renamed", o.TABLE, deletion_protection_enabled=False), from_=TABLE)),
        blocked=(("unprotect", "aws_dynamodb_table.renamed"),),
    ),
    Case(
        "an old object of an interrupted replacement",
        plan(destroyed(TABLE, o.TABLE, because="", deposed="0a1b2c3d"), unchanged(TABLE, o.TABLE)),
        blocked=(("destroy", TABLE),),
    ),
    Case(
        "a database of another kind goes",
        plan(destroyed("aws_db_instance.reports", {"id": "reports"})),
        blocked=(("destroy", "aws_db_instance.reports"),),
    ),
    Case(
        "something of another provider goes",
        plan(destroyed("google_storage_bucket.exports", {"name": "exports"})),
        notices=("google_storage_bucket.exports",),
    ),
    Case("something of another provider comes", plan(created("google_storage_bucket.exports", {"name": "exports"}))),
    Case("a table is forgotten", plan(forgotten(TABLE, o.TABLE)), notices=(TABLE,)),
    Case("a replica goes", plan(updated(TABLE, o.TABLE, replica=[])), blocked=(("destroy", TABLE),)),
    Case(
        "replicas are not known yet",
        plan(updated(TABLE, o.TABLE, unknown={"replica": True})),
        blocked=(("destroy", TABLE), ("unprotect", TABLE)),
    ),
]

PROTECTION = [
    Case(
        "deletion protection off",
        plan(updated(TABLE, o.TABLE, deletion_protection_enabled=False)),
        blocked=(("unprotect", TABLE),),
    ),
    Case(
        "deletion protection no longer stated",
        plan(updated(TABLE, o.TABLE, deletion_protection_enabled=None)),
        blocked=(("unprotect", TABLE),),
    ),
    Case(
        "deletion protection not known yet",
        plan(updated(TABLE, o.TABLE, unknown={"deletion_protection_enabled": True})),
        blocked=(("unprotect", TABLE),),
    ),
    Case(
        "recovery off",
        plan(updated(TABLE, o.TABLE, point_in_time_recovery=recovery(enabled=False, days=None))),
        blocked=(("unprotect", TABLE), ("unprotect", TABLE)),
    ),
    Case(
        "recovery for fewer days",
        plan(updated(TABLE, o.TABLE, point_in_time_recovery=recovery(days=7))),
        blocked=(("unprotect", TABLE),),
    ),
    Case(
        "recovery of a replica off",
        plan(updated(TABLE, o.TABLE, replica=[{"region_name": "us-west-2", "point_in_time_recovery": False}])),
        blocked=(("unprotect", TABLE),),
    ),
    Case(
        "versioning suspended",
        plan(updated(VERSIONING, o.VERSIONING, versioning_configuration=[{"status": "Suspended"}])),
        blocked=(("unprotect", VERSIONING),),
    ),
    Case(
        "versioning's block vanished while the bucket stays",
        plan(destroyed(VERSIONING, o.VERSIONING), unchanged(BUCKET, o.BUCKET)),
        blocked=(("unprotect", VERSIONING),),
    ),
    Case(
        "versioning goes with its bucket",
        plan(destroyed(VERSIONING, o.VERSIONING), destroyed(BUCKET, o.BUCKET)),
        blocked=(("destroy", BUCKET),),
    ),
    Case("force_destroy on", plan(updated(BUCKET, o.BUCKET, force_destroy=True)), blocked=(("unprotect", BUCKET),)),
    Case(
        "objects begin to expire",
        plan(
            updated(
                "aws_s3_bucket_lifecycle_configuration.uploads",
                o.LIFECYCLE,
                rule=[{**o.LIFECYCLE["rule"][0], "expiration": [{"days": 30}]}],
            )
        ),
        blocked=(("unprotect", "aws_s3_bucket_lifecycle_configuration.uploads"),),
    ),
    Case(
        "a new rule lets objects expire",
        plan(
            updated(
                "aws_s3_bucket_lifecycle_configuration.uploads",
                o.LIFECYCLE,
                rule=[*o.LIFECYCLE["rule"], {"id": "new", "expiration": [{"days": 1}]}],
            )
        ),
        blocked=(("unprotect", "aws_s3_bucket_lifecycle_configuration.uploads"),),
    ),
    Case(
        "a rule that was disabled begins to delete",
        plan(
            updated(
                "aws_s3_bucket_lifecycle_configuration.uploads",
                {**o.LIFECYCLE, "rule": [{"id": "old", "status": "Disabled", "expiration": [{"days": 30}]}]},
                rule=[{"id": "old", "status": "Enabled", "expiration": [{"days": 30}]}],
            )
        ),
        blocked=(("unprotect", "aws_s3_bucket_lifecycle_configuration.uploads"),),
    ),
    Case(
        "a rule that deletes is disabled",
        plan(
            updated(
                "aws_s3_bucket_lifecycle_configuration.uploads",
                {**o.LIFECYCLE, "rule": [{"id": "old", "status": "Enabled", "expiration": [{"days": 30}]}]},
                rule=[{"id": "old", "status": "Disabled", "expiration": [{"days": 1}]}],
            )
        ),
    ),
    Case(
        "items begin to be deleted by their time",
        plan(updated(TABLE, o.TABLE, ttl=[{"enabled": True, "attribute_name": "ttl"}])),
        blocked=(("unprotect", TABLE),),
    ),
    Case(
        "old versions kept for longer",
        plan(
            updated(
                "aws_s3_bucket_lifecycle_configuration.uploads",
                o.LIFECYCLE,
                rule=[{**o.LIFECYCLE["rule"][0], "noncurrent_version_expiration": [{"noncurrent_days": 365}]}],
            )
        ),
    ),
    Case(
        "objects locked for fewer days",
        plan(
            updated(
                "aws_s3_bucket_object_lock_configuration.backups",
                o.OBJECT_LOCK,
                rule=[{"default_retention": [{"mode": "COMPLIANCE", "days": 30}]}],
            )
        ),
        blocked=(("unprotect", "aws_s3_bucket_object_lock_configuration.backups"),),
    ),
    Case(
        "replication disabled",
        plan(
            updated(
                "aws_s3_bucket_replication_configuration.uploads",
                o.REPLICATION,
                rule=[{"id": "everything", "status": "Disabled"}],
            )
        ),
        blocked=(("unprotect", "aws_s3_bucket_replication_configuration.uploads"),),
    ),
    Case(
        "no snapshots",
        plan(updated(GROUP, o.REPLICATION_GROUP, snapshot_retention_limit=0)),
        blocked=(("unprotect", GROUP),),
    ),
    Case(
        "one zone",
        plan(updated(GROUP, o.REPLICATION_GROUP, multi_az_enabled=False)),
        blocked=(("unprotect", GROUP),),
    ),
    Case(
        "fewer replicas",
        plan(updated(GROUP, o.REPLICATION_GROUP, replicas_per_node_group=0)),
        blocked=(("unprotect", GROUP),),
    ),
    Case(
        "no last snapshot",
        plan(updated(GROUP, o.REPLICATION_GROUP, final_snapshot_identifier=None)),
        blocked=(("unprotect", GROUP),),
    ),
    Case("a key is disabled", plan(updated(KEY, o.KMS_KEY, is_enabled=False)), blocked=(("unprotect", KEY),)),
    Case(
        "a key can be saved for fewer days",
        plan(updated(KEY, o.KMS_KEY, deletion_window_in_days=7)),
        blocked=(("unprotect", KEY),),
    ),
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
        plan(updated("aws_backup_plan.plan", o.copied_plan(days=90), rule=o.BACKUP_PLAN["rule"])),
        blocked=(("unprotect", "aws_backup_plan.plan"),),
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
                "aws_backup_plan.plan",
                o.BACKUP_PLAN,
                rule=[{**o.BACKUP_PLAN["rule"][0], "lifecycle": [{"delete_after": 7}]}],
            )
        ),
        blocked=(("unprotect", "aws_backup_plan.plan"),),
    ),
    Case(
        "copies of recovery points are deleted earlier",
        plan(updated("aws_backup_plan.plan", o.copied_plan(days=90), rule=o.copied_plan(days=7)["rule"])),
        blocked=(("unprotect", "aws_backup_plan.plan"),),
    ),
    Case(
        "copies of recovery points are kept for longer",
        plan(updated("aws_backup_plan.plan", o.copied_plan(days=90), rule=o.copied_plan(days=365)["rule"])),
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
        "objects are replicated elsewhere",
        plan(
            updated(
                "aws_s3_bucket_replication_configuration.uploads",
                {**o.REPLICATION, "rule": [{**o.REPLICATION["rule"][0], "destination": [{"bucket": o.BUCKET_ARN}]}]},
                rule=[{**o.REPLICATION["rule"][0], "destination": [{"bucket": "arn:aws:s3:::foreign"}]}],
            )
        ),
        blocked=(("unprotect", "aws_s3_bucket_replication_configuration.uploads"),),
    ),
    Case(
        "full nodes evict counts too",
        plan(updated(PARAMETERS, o.parameters("volatile-lfu"), parameter=o.parameters("allkeys-lru")["parameter"])),
        blocked=(("unprotect", PARAMETERS),),
    ),
    Case(
        "full nodes refuse writes",
        plan(updated(PARAMETERS, o.parameters("volatile-lfu"), parameter=o.parameters("noeviction")["parameter"])),
    ),
    Case(
        "rules of a lifecycle that nobody knows yet",
        plan(updated(LIFECYCLE, {**o.LIFECYCLE, "rule": []}, unknown={"rule": True})),
        blocked=(("unprotect", LIFECYCLE),),
    ),
    Case(
        "a protecting value that nobody may see",
        plan(sensitive(updated(TABLE, o.TABLE, deletion_protection_enabled=False), "deletion_protection_enabled")),
        blocked=(("unprotect", TABLE),),
    ),
    Case(
        "backups are made no longer",
        plan(
            destroyed("aws_backup_plan.plan", o.BACKUP_PLAN),
            destroyed("aws_backup_selection.tables", o.BACKUP_SELECTION),
        ),
        blocked=(("unprotect", "aws_backup_plan.plan"),),
    ),
]

SECURITY = [
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
        "a Deny vanished from the policy",
        plan(updated(POLICY, o.BUCKET_POLICY, policy=o.policy(o.READ))),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a Condition vanished",
        plan(updated(POLICY, o.BUCKET_POLICY, policy=o.policy({**o.READ, "Condition": {}}, o.DENY_PLAIN))),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a principal more",
        plan(
            updated(
                POLICY,
                o.BUCKET_POLICY,
                policy=o.policy({**o.READ, "Principal": {"AWS": [o.ROLE, "222222222222"]}}, o.DENY_PLAIN),
            )
        ),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "the same policy in another spelling",
        plan(
            updated(
                POLICY,
                o.BUCKET_POLICY,
                policy=o.policy(
                    {**o.DENY_PLAIN, "Principal": {"AWS": ["*"]}, "Action": ["S3:*"]},
                    {**o.READ, "Sid": "Other", "Action": ["s3:ListBucket", "s3:GetObject"]},
                ),
            )
        ),
    ),
    Case(
        "an action less",
        plan(updated(POLICY, o.BUCKET_POLICY, policy=o.policy({**o.READ, "Action": "s3:GetObject"}, o.DENY_PLAIN))),
    ),
    Case(
        "a policy that is not known yet",
        plan(updated(POLICY, o.BUCKET_POLICY, unknown={"policy": True})),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a policy that nobody may see",
        plan(sensitive(updated(POLICY, o.BUCKET_POLICY, policy=o.policy(o.DENY_PLAIN)), "policy")),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a policy that is no policy",
        plan(updated(POLICY, o.BUCKET_POLICY, policy='{"Statement": "oops"}')),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "the bucket's policy vanished",
        plan(destroyed(POLICY, o.BUCKET_POLICY), unchanged(BUCKET, o.BUCKET)),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a policy goes with its bucket",
        plan(destroyed(POLICY, o.BUCKET_POLICY), destroyed(BUCKET, o.BUCKET)),
        blocked=(("destroy", BUCKET),),
    ),
    Case(
        "a policy and versioning are replaced with their bucket",
        plan(
            replaced(BUCKET, o.BUCKET, by=[["bucket"]], bucket="other"),
            replaced(VERSIONING, o.VERSIONING, by=[["bucket"]], unknown={"bucket": True}),
            replaced(POLICY, o.BUCKET_POLICY, by=[["bucket"]], unknown={"bucket": True}),
        ),
        blocked=(("replace", BUCKET),),
    ),
    Case(
        "versioning goes while its bucket is replaced",
        plan(
            replaced(BUCKET, o.BUCKET, by=[["object_lock_enabled"]], object_lock_enabled=True),
            destroyed(VERSIONING, o.VERSIONING),
        ),
        blocked=(("replace", BUCKET), ("unprotect", VERSIONING)),
    ),
    Case(
        "everybody under a condition from the start",
        plan(
            created(BUCKET, o.BUCKET),
            created(POLICY, {**o.BUCKET_POLICY, "policy": o.policy({**o.READ, "Principal": "*"})}),
        ),
    ),
    Case(
        "a role's permissions go",
        plan(destroyed("aws_iam_role_policy.storage", o.ROLE_POLICY)),
    ),
    Case(
        "a policy moves to another bucket",
        plan(replaced(POLICY, o.BUCKET_POLICY, by=[["bucket"]], bucket="assets")),
        blocked=(("weaken", POLICY),),
    ),
    Case(
        "a public policy from the start",
        plan(
            created(BUCKET, o.BUCKET),
            created(
                POLICY,
                {**o.BUCKET_POLICY, "policy": o.policy({**o.READ, "Principal": "*", "Condition": {}})},
            ),
        ),
        blocked=(("weaken", POLICY),) * 4,
    ),
    Case(
        "a role may do one thing more",
        plan(
            updated(
                "aws_iam_role_policy.storage",
                o.ROLE_POLICY,
                policy=o.policy(
                    {
                        "Effect": "Allow",
                        "Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:DeleteItem"],
                        "Resource": o.TABLE["arn"],
                    }
                ),
            )
        ),
        blocked=(("weaken", "aws_iam_role_policy.storage"),),
    ),
    Case(
        "a role may do everything from the start",
        plan(
            created("aws_iam_role.x", {**o.IAM_ROLE, "name": "x"}),
            created(
                "aws_iam_role_policy.storage",
                {"role": "x", "policy": o.policy({"Effect": "Allow", "Action": "*", "Resource": "*"})},
            ),
        ),
        blocked=(("weaken", "aws_iam_role_policy.storage"),),
    ),
    Case(
        "an administrator's policy is attached",
        plan(
            created("aws_iam_role.application", o.IAM_ROLE),
            created(
                "aws_iam_role_policy_attachment.more",
                {"role": "application", "policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            ),
        ),
        blocked=(("weaken", "aws_iam_role_policy_attachment.more"),),
    ),
    Case(
        "somebody else may assume the role",
        plan(
            updated(
                "aws_iam_role.application",
                o.IAM_ROLE,
                assume_role_policy=o.policy(
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    },
                    {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "sts:AssumeRole"},
                ),
            )
        ),
        blocked=(("weaken", "aws_iam_role.application"),),
    ),
    Case(
        "nothing bounds the role",
        plan(updated("aws_iam_role.application", o.IAM_ROLE, permissions_boundary=None)),
        blocked=(("weaken", "aws_iam_role.application"),),
    ),
    Case(
        "the role is kept for longer",
        plan(updated("aws_iam_role.application", o.IAM_ROLE, max_session_duration=43_200)),
        blocked=(("weaken", "aws_iam_role.application"),),
    ),
    Case(
        "the role is kept for less time",
        plan(updated("aws_iam_role.application", o.IAM_ROLE, max_session_duration=1800)),
    ),
    Case(
        "S3's own key encrypts",
        plan(
            updated(
                "aws_s3_bucket_server_side_encryption_configuration.uploads",
                o.BUCKET_ENCRYPTION,
                rule=[{"apply_server_side_encryption_by_default": [{"sse_algorithm": "AES256"}]}],
            )
        ),
        blocked=(("weaken", "aws_s3_bucket_server_side_encryption_configuration.uploads"),) * 2,
    ),
    Case(
        "encryption's block vanished",
        plan(destroyed("aws_s3_bucket_server_side_encryption_configuration.uploads", o.BUCKET_ENCRYPTION)),
        blocked=(("weaken", "aws_s3_bucket_server_side_encryption_configuration.uploads"),),
    ),
    Case(
        "a log group without a key",
        plan(updated("aws_cloudwatch_log_group.slow", o.LOG_GROUP, kms_key_id="")),
        blocked=(("weaken", "aws_cloudwatch_log_group.slow"),),
    ),
    Case(
        "a table's key is not known yet",
        plan(updated(TABLE, o.TABLE, unknown={"server_side_encryption": [{"kms_key_arn": True}]})),
        blocked=(("weaken", TABLE),),
    ),
    Case(
        "the key's material is rotated no longer",
        plan(updated(KEY, o.KMS_KEY, enable_key_rotation=False)),
        blocked=(("weaken", KEY),),
    ),
    Case(
        "public policies allowed",
        plan(updated("aws_s3_bucket_public_access_block.uploads", o.PUBLIC_ACCESS_BLOCK, block_public_policy=False)),
        blocked=(("weaken", "aws_s3_bucket_public_access_block.uploads"),),
    ),
    Case(
        "the block of public access vanished",
        plan(destroyed("aws_s3_bucket_public_access_block.uploads", o.PUBLIC_ACCESS_BLOCK)),
        blocked=(("weaken", "aws_s3_bucket_public_access_block.uploads"),),
    ),
    Case(
        "half a block of public access from the start",
        plan(
            created(
                "aws_s3_bucket_public_access_block.new", {**o.PUBLIC_ACCESS_BLOCK, "restrict_public_buckets": False}
            )
        ),
        blocked=(("weaken", "aws_s3_bucket_public_access_block.new"),),
    ),
    Case(
        "a public access control list",
        plan(created("aws_s3_bucket_acl.uploads", {"bucket": "uploads", "acl": "public-read"})),
        blocked=(("weaken", "aws_s3_bucket_acl.uploads"),),
    ),
    Case(
        "the internet comes in",
        plan(updated(INGRESS, o.INGRESS, cidr_ipv4="0.0.0.0/0")),
        blocked=(("weaken", INGRESS),),
    ),
    Case(
        "half of the internet comes in",
        plan(
            updated(INGRESS, o.INGRESS, cidr_ipv4="0.0.0.0/1"),
            created(f"{INGRESS}_2", {**o.INGRESS, "cidr_ipv4": "128.0.0.0/1"}, unknown={"security_group_id": True}),
        ),
        blocked=(("weaken", INGRESS), ("weaken", f"{INGRESS}_2")),
    ),
    Case("another protocol", plan(updated(INGRESS, o.INGRESS, ip_protocol="udp")), blocked=(("weaken", INGRESS),)),
    Case(
        "one protocol of all",
        plan(updated(INGRESS, {**o.INGRESS, "ip_protocol": "-1"}, ip_protocol="udp")),
    ),
    Case(
        "the internet comes into a new group",
        plan(
            created(
                INGRESS,
                {**o.INGRESS, "cidr_ipv4": None, "cidr_ipv6": "::/0"},
                unknown={"security_group_id": True},
            )
        ),
        blocked=(("weaken", INGRESS),),
    ),
    Case(
        "a larger network comes in",
        plan(updated(INGRESS, o.INGRESS, cidr_ipv4="10.0.0.0/16")),
        blocked=(("weaken", INGRESS),),
    ),
    Case("a smaller network comes in", plan(updated(INGRESS, o.INGRESS, cidr_ipv4="10.0.0.0/28"))),
    Case("more ports", plan(updated(INGRESS, o.INGRESS, to_port=6380)), blocked=(("weaken", INGRESS),)),
    Case("one more rule for an old group", plan(created(INGRESS, o.INGRESS)), blocked=(("weaken", INGRESS),)),
    Case(
        "a rule for a new group",
        plan(created(INGRESS, o.INGRESS, unknown={"security_group_id": True})),
    ),
    Case(
        "an inline rule opens the group",
        plan(
            updated(
                "aws_security_group.redis",
                {"id": "sg-1", "ingress": []},
                ingress=[{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}],
            )
        ),
        blocked=(("weaken", "aws_security_group.redis"),),
    ),
    Case(
        "everything may leave to the internet",
        plan(
            created(
                "aws_vpc_security_group_egress_rule.all",
                {"security_group_id": "sg-1", "cidr_ipv4": "0.0.0.0/0", "ip_protocol": "-1"},
            )
        ),
        blocked=(("weaken", "aws_vpc_security_group_egress_rule.all"),),
    ),
    Case(
        "traffic need not be encrypted",
        plan(updated(GROUP, o.REPLICATION_GROUP, transit_encryption_mode="preferred")),
        blocked=(("weaken", GROUP),),
    ),
    Case(
        "a serverless cache lets in another user group",
        plan(updated(SERVERLESS, o.SERVERLESS_CACHE, user_group_id="others")),
        blocked=(("weaken", SERVERLESS),),
    ),
    Case(
        "clients need not log in",
        plan(updated(GROUP, o.REPLICATION_GROUP, user_group_ids=[])),
        blocked=(("weaken", GROUP),),
    ),
    Case(
        "a user of Redis may do more",
        plan(
            updated("aws_elasticache_user.application", o.REDIS_USER, access_string="on ~app:* +@read +@write -@admin")
        ),
        blocked=(("weaken", "aws_elasticache_user.application"),),
    ),
    Case(
        "a user of Redis may do less",
        plan(
            updated(
                "aws_elasticache_user.application", o.REDIS_USER, access_string="on ~app:* +@read -@admin -flushall"
            )
        ),
    ),
    Case(
        "a log is delivered no longer",
        plan(updated(GROUP, o.REPLICATION_GROUP, log_delivery_configuration=[])),
        blocked=(("weaken", GROUP),),
    ),
    Case(
        "access is logged no longer",
        plan(destroyed("aws_s3_bucket_logging.uploads", o.LOGGING)),
        blocked=(("weaken", "aws_s3_bucket_logging.uploads"),),
    ),
    Case(
        "traffic is recorded no longer",
        plan(destroyed("aws_flow_log.vpc", o.FLOW_LOG), unchanged("aws_vpc.vpc", o.VPC)),
        blocked=(("weaken", "aws_flow_log.vpc"),),
    ),
    Case(
        "a way that stays inside is gone",
        plan(destroyed("aws_vpc_endpoint.kms", o.ENDPOINT), unchanged("aws_vpc.vpc", o.VPC)),
        blocked=(("weaken", "aws_vpc_endpoint.kms"),),
    ),
    Case(
        "requests for data are recorded no longer",
        plan(destroyed("aws_cloudtrail.trail", o.TRAIL), unchanged("aws_s3_bucket.logs", o.LOGS)),
        blocked=(("weaken", "aws_cloudtrail.trail"),),
    ),
    Case(
        "a trail is switched off",
        plan(updated("aws_cloudtrail.trail", o.TRAIL, enable_logging=False)),
        blocked=(("weaken", "aws_cloudtrail.trail"),),
    ),
    Case(
        "the record of traffic goes with the network",
        plan(destroyed("aws_flow_log.vpc", o.FLOW_LOG), destroyed("aws_vpc.vpc", o.VPC)),
    ),
    Case(
        "logs are deleted earlier",
        plan(updated("aws_cloudwatch_log_group.slow", o.LOG_GROUP, retention_in_days=30)),
        blocked=(("weaken", "aws_cloudwatch_log_group.slow"),),
    ),
    Case(
        "logs are kept for ever",
        plan(updated("aws_cloudwatch_log_group.slow", o.LOG_GROUP, retention_in_days=0)),
    ),
    Case(
        "nobody hears of an alarm",
        plan(updated("aws_cloudwatch_metric_alarm.throttles", o.ALARM, actions_enabled=False)),
        blocked=(("weaken", "aws_cloudwatch_metric_alarm.throttles"),),
    ),
]

PERMISSIONS = [
    Case(
        "a second policy for an old role", plan(created(ROLE_POLICY, o.ROLE_POLICY)), blocked=(("weaken", ROLE_POLICY),)
    ),
    Case(
        "a policy for a new role",
        plan(created(ROLE, o.IAM_ROLE), created(ROLE_POLICY, o.ROLE_POLICY, unknown={"role": True})),
    ),
    Case(
        "a policy that nobody knows yet, for an old role",
        plan(created(ROLE_POLICY, o.ROLE_POLICY, unknown={"policy": True})),
        blocked=(("weaken", ROLE_POLICY),),
    ),
    Case(
        "one more policy is attached to an old role",
        plan(created(ATTACHMENT, {"role": "application", "policy_arn": f"arn:aws:iam::{o.ACCOUNT}:policy/more"})),
        blocked=(("weaken", ATTACHMENT),),
    ),
    Case(
        "a Deny is added to an old bucket",
        plan(created(POLICY, {**o.BUCKET_POLICY, "policy": o.policy(o.DENY_PLAIN)})),
    ),
    Case(
        "another boundary",
        plan(updated(ROLE, o.IAM_ROLE, permissions_boundary=f"arn:aws:iam::{o.ACCOUNT}:policy/wider")),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "jobs of every branch may take the role",
        plan(updated(ROLE, o.GITHUB_ROLE, assume_role_policy=o.github_trust(StringLike="repo:example/storage:*"))),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "jobs of one more environment may take the role",
        plan(
            updated(
                ROLE,
                o.GITHUB_ROLE,
                assume_role_policy=o.github_trust(StringEquals=[o.GITHUB_SUBJECT, f"{o.GITHUB_SUBJECT}-plan"]),
            )
        ),
        blocked=(("weaken", ROLE),),
    ),
    Case(
        "jobs of one environment instead of every branch",
        plan(
            updated(
                ROLE,
                {**o.GITHUB_ROLE, "assume_role_policy": o.github_trust(StringLike="repo:example/storage:*")},
                assume_role_policy=o.github_trust(StringEquals=o.GITHUB_SUBJECT),
            )
        ),
    ),
    Case(
        "whoever administers the account's IAM may use the key",
        plan(
            updated(
                KEY,
                {**o.KMS_KEY, "policy": o.policy({**o.KEY_USE, "Condition": o.VIA_S3})},
                policy=o.policy(o.KEY_USE),
            )
        ),
        blocked=(("weaken", KEY),),
    ),
    Case(
        "the key is used through one service only",
        plan(
            updated(
                KEY,
                {**o.KMS_KEY, "policy": o.policy(o.KEY_USE)},
                policy=o.policy({**o.KEY_USE, "Condition": o.VIA_S3}),
            )
        ),
    ),
    Case(
        "the key's material is rotated less often",
        plan(updated(KEY, {**o.KMS_KEY, "rotation_period_in_days": 90}, rotation_period_in_days=365)),
        blocked=(("weaken", KEY),),
    ),
    Case(
        "the key's material is rotated more often",
        plan(updated(KEY, {**o.KMS_KEY, "rotation_period_in_days": 365}, rotation_period_in_days=90)),
    ),
    Case(
        "another account's key encrypts the topic",
        plan(updated(TOPIC, o.TOPIC, kms_master_key_id="arn:aws:kms:us-east-1:222222222222:key/9")),
        blocked=(("weaken", TOPIC),),
    ),
]

WAYS_IN = [
    Case(
        "pages of every site are let in",
        plan(updated(CORS, o.CORS, cors_rule=[{**o.CORS["cors_rule"][0], "allowed_origins": ["*"]}])),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages of a foreign site are let in",
        plan(updated(CORS, o.CORS, cors_rule=o.cors("https://a.example.com"))),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages may delete",
        plan(updated(CORS, o.CORS, cors_rule=o.cors(methods=["PUT", "DELETE"]))),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages that are not known yet",
        plan(updated(CORS, o.CORS, unknown={"cors_rule": True})),
        blocked=(("weaken", CORS),),
    ),
    Case("an old bucket lets pages in", plan(created(CORS, o.CORS)), blocked=(("weaken", CORS),)),
    Case("a new bucket lets pages in", plan(created(CORS, o.CORS, unknown={"bucket": True}))),
    Case(
        "a new bucket lets pages of every site in",
        plan(created(CORS, {**o.CORS, "cors_rule": o.cors("*")}, unknown={"bucket": True})),
        blocked=(("weaken", CORS),),
    ),
    Case(
        "pages of fewer sites",
        plan(updated(CORS, {**o.CORS, "cors_rule": o.cors("https://*.example.org")}, cors_rule=o.cors())),
    ),
    Case("no page is let in any more", plan(destroyed(CORS, o.CORS))),
    Case(
        "an access point loses its VPC",
        plan(replaced(ACCESS_POINT, o.ACCESS_POINT, by=[["vpc_configuration"]], vpc_configuration=[])),
        blocked=(("weaken", ACCESS_POINT),),
    ),
    Case(
        "an access point gets a VPC",
        plan(
            replaced(
                ACCESS_POINT,
                {**o.ACCESS_POINT, "vpc_configuration": []},
                by=[["vpc_configuration"]],
                vpc_configuration=o.ACCESS_POINT["vpc_configuration"],
            )
        ),
    ),
    Case(
        "an endpoint lets more pass",
        plan(updated(ENDPOINT, o.ENDPOINT, policy=o.policy({**o.TO_TABLE, "Resource": "*"}))),
        blocked=(("weaken", ENDPOINT),),
    ),
    Case(
        "an endpoint lets everything pass",
        plan(updated(ENDPOINT, o.ENDPOINT, policy="")),
        blocked=(("weaken", ENDPOINT),),
    ),
    Case(
        "an endpoint lets less pass",
        plan(updated(ENDPOINT, o.ENDPOINT, policy=o.policy({**o.TO_TABLE, "Action": "dynamodb:GetItem"}))),
    ),
    Case(
        "an endpoint goes",
        plan(destroyed(ENDPOINT, o.ENDPOINT), unchanged("aws_vpc.vpc", o.VPC)),
        blocked=(("weaken", ENDPOINT),),
    ),
    Case("an endpoint goes with its network", plan(destroyed(ENDPOINT, o.ENDPOINT), destroyed("aws_vpc.vpc", o.VPC))),
    Case("a new endpoint", plan(created(ENDPOINT, o.ENDPOINT))),
    Case(
        "whoever another group lets in reaches Redis",
        plan(
            updated(GROUP, {**o.REPLICATION_GROUP, "security_group_ids": ["sg-1"]}, security_group_ids=["sg-1", "sg-2"])
        ),
        blocked=(("weaken", GROUP),),
    ),
    Case(
        "one security group less",
        plan(
            updated(GROUP, {**o.REPLICATION_GROUP, "security_group_ids": ["sg-1", "sg-2"]}, security_group_ids=["sg-1"])
        ),
    ),
    Case(
        "a user of Redis has a password",
        plan(
            updated(
                REDIS_USER,
                {**o.REDIS_USER, "authentication_mode": [{"type": "iam"}]},
                authentication_mode=[{"type": "password"}],
            )
        ),
        blocked=(("weaken", REDIS_USER),),
    ),
    Case(
        "a user of Redis may do everything from the start",
        plan(created(REDIS_USER, {**o.REDIS_USER, "access_string": "on ~* +@all"})),
        blocked=(("weaken", REDIS_USER),),
    ),
    Case(
        "a user of Redis needs no password from the start",
        plan(created(REDIS_USER, {**o.REDIS_USER, "no_password_required": True})),
        blocked=(("weaken", REDIS_USER),),
    ),
    Case(
        "a user of Redis who administers nothing",
        plan(created(REDIS_USER, {**o.REDIS_USER, "access_string": "on ~* &* +@all -@admin -@dangerous +info"})),
    ),
    Case(
        "a user of Redis who is switched off",
        plan(created(REDIS_USER, {"access_string": "off ~* -@all", "no_password_required": True})),
    ),
    Case("a new user of Redis", plan(created(REDIS_USER, o.REDIS_USER))),
    Case(
        "the account's own user of Redis is let in",
        plan(updated(USER_GROUP, o.USER_GROUP, user_ids=["default", "application"])),
        blocked=(("weaken", USER_GROUP),),
    ),
    Case(
        "one more user of Redis is let in",
        plan(updated(USER_GROUP, o.USER_GROUP, user_ids=["disabled", "reader", "application"])),
    ),
    Case(
        "the account's block of public access goes",
        plan(destroyed(ACCOUNT_BLOCK, o.PUBLIC_ACCESS_BLOCK)),
        blocked=(("weaken", ACCOUNT_BLOCK),),
    ),
    Case("the account's block of public access comes", plan(created(ACCOUNT_BLOCK, o.PUBLIC_ACCESS_BLOCK))),
    Case(
        "a key that never expires",
        plan(created("aws_iam_access_key.ci", {"user": "ci"})),
        blocked=(("weaken", "aws_iam_access_key.ci"),),
    ),
]

TRACES = [
    Case(
        "nobody is told of objects",
        plan(updated(NOTIFICATION, o.NOTIFICATION, eventbridge=False)),
        blocked=(("weaken", NOTIFICATION),),
    ),
    Case(
        "notifications vanished",
        plan(destroyed(NOTIFICATION, o.NOTIFICATION), unchanged(BUCKET, o.BUCKET)),
        blocked=(("weaken", NOTIFICATION),),
    ),
    Case(
        "objects are told of, at last",
        plan(updated(NOTIFICATION, {**o.NOTIFICATION, "eventbridge": False}, eventbridge=True)),
    ),
    Case(
        "one of two hears of an alarm no longer",
        plan(updated(ALARM, {**o.ALARM, "alarm_actions": ["a", "b"]}, alarm_actions=["a"])),
        blocked=(("weaken", ALARM),),
    ),
    Case(
        "one more hears of an alarm", plan(updated(ALARM, o.ALARM, alarm_actions=[*o.ALARM["alarm_actions"], "more"]))
    ),
    Case(
        "a subscription goes",
        plan(destroyed(SUBSCRIPTION, o.SUBSCRIPTION), unchanged(TOPIC, o.TOPIC)),
        blocked=(("weaken", SUBSCRIPTION),),
    ),
    Case(
        "somebody else hears of alarms",
        plan(replaced(SUBSCRIPTION, o.SUBSCRIPTION, by=[["endpoint"]], endpoint="somebody@example.com")),
        blocked=(("weaken", SUBSCRIPTION),),
    ),
    Case("one more subscription", plan(created(SUBSCRIPTION, o.SUBSCRIPTION))),
    Case("an alarm goes", plan(destroyed(ALARM, o.ALARM)), notices=(ALARM,)),
    Case(
        "some traffic is recorded no longer",
        plan(
            replaced(
                "aws_flow_log.vpc", {**o.FLOW_LOG, "traffic_type": "ALL"}, by=[["traffic_type"]], traffic_type="REJECT"
            )
        ),
        blocked=(("weaken", "aws_flow_log.vpc"),),
    ),
]

HARMLESS = [
    Case("nothing at all", plan()),
    Case("nothing changes", plan(unchanged(TABLE, o.TABLE), unchanged(BUCKET, o.BUCKET))),
    Case("everything is new", plan(created(TABLE, o.TABLE), created(BUCKET, o.BUCKET), created(KEY, o.KMS_KEY))),
    Case("other tags", plan(updated(TABLE, o.TABLE, tags={"Name": "core", "Team": "storage"}))),
    Case("other capacity", plan(updated(TABLE, o.TABLE, billing_mode="PROVISIONED", read_capacity=5))),
    Case(
        "a serverless cache may store and do more",
        plan(
            updated(
                SERVERLESS,
                o.SERVERLESS_CACHE,
                cache_usage_limits=[
                    {
                        "data_storage": [{"minimum": None, "maximum": 20, "unit": "GB"}],
                        "ecpu_per_second": [{"minimum": None, "maximum": 50_000}],
                    }
                ],
            )
        ),
    ),
    Case(
        "an index more",
        plan(updated(TABLE, o.TABLE, global_secondary_index=[{"name": "gsi1"}, {"name": "gsi2"}])),
    ),
    Case("an index less", plan(updated(TABLE, o.TABLE, global_secondary_index=[])), notices=(TABLE,)),
    Case("more shards", plan(updated(GROUP, o.REPLICATION_GROUP, num_node_groups=6))),
    Case("Valkey", plan(updated(GROUP, o.REPLICATION_GROUP, engine="valkey", engine_version="8.2"))),
    Case("a subnet goes", plan(destroyed("aws_subnet.one", {"id": "subnet-1"}))),
    Case(
        "a parameter group is replaced",
        plan(replaced("aws_elasticache_parameter_group.p", {"family": "redis7"}, by=[["family"]], family="valkey8")),
    ),
    Case("a setting that nobody protects is not known yet", plan(updated(TABLE, o.TABLE, unknown={"tags": True}))),
    Case("an output changes", plan(output_changes={"tables": {"actions": ["update"]}})),
    Case(
        "data is read",
        plan({**unchanged("aws_iam_role.x", o.IAM_ROLE), "mode": "data"}),
    ),
]

DRIFT = [
    Case(
        "drift only",
        plan(
            unchanged(TABLE, o.TABLE),
            drift=[updated(TABLE, o.TABLE, tags={"Name": "core", "Touched": "yes"})],
        ),
    ),
    Case(
        "somebody switched recovery off, the plan switches it on",
        plan(
            updated(
                TABLE,
                {**o.TABLE, "point_in_time_recovery": recovery(enabled=False)},
                point_in_time_recovery=recovery(),
            ),
            drift=[updated(TABLE, o.TABLE, point_in_time_recovery=recovery(enabled=False))],
        ),
        notices=(TABLE,),
    ),
    Case(
        "somebody deleted the table, the plan creates it",
        plan(created(TABLE, o.TABLE), drift=[destroyed(TABLE, o.TABLE, because="")], regions=["us-east-1"]),
        notices=(TABLE,),
    ),
    Case(
        "copies are sought in another region than they are in",
        plan(
            created(COPY, o.TABLE),
            drift=[destroyed(COPY, {"arn": "arn:aws:dynamodb:us-west-2:111111111111:table/core"}, because="")],
            regions=["us-east-1", "eu-west-1"],
        ),
        blocked=(("destroy", COPY),),
    ),
    Case(
        "a bucket, whose ARN tells no region, is sought in another one",
        plan(
            drift=[destroyed(BUCKET, {"arn": "arn:aws:s3:::uploads", "region": "us-west-2"}, because="")],
            regions=["us-east-1"],
        ),
        blocked=(("destroy", BUCKET),),
    ),
    Case(
        "drift and a destroy of something else",
        plan(
            destroyed(BUCKET, o.BUCKET),
            unchanged(TABLE, o.TABLE),
            drift=[updated(TABLE, o.TABLE, tags={})],
        ),
        blocked=(("destroy", BUCKET),),
    ),
]

CORPUS = [*STATEFUL, *PROTECTION, *SECURITY, *PERMISSIONS, *WAYS_IN, *TRACES, *HARMLESS, *DRIFT]


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.id)
def test_the_verdict_on_a_plan(case: Case) -> None:
    review = reviewed(case.plan)

    blocking = sorted((finding.kind.value, finding.address) for finding in review.findings if finding.blocks)
    notices = {finding.address for finding in review.findings if finding.kind == "notice"}
    assert blocking == sorted(case.blocked)
    assert notices == set(case.notices)
    assert review.is_blocked == bool(case.blocked)


def test_the_corpus_is_as_large_as_it_claims() -> None:
    assert len(CORPUS) >= 180
    assert len({case.id for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.id)
def test_every_finding_says_what_to_do(case: Case) -> None:
    for finding in reviewed(case.plan).findings:
        assert finding.what
        assert finding.remedy.endswith(".")


def test_a_hidden_policy_stays_hidden() -> None:
    (case,) = (case for case in SECURITY if case.id == "a policy that nobody may see")

    (finding,) = reviewed(case.plan).findings

    assert "DenyInsecureTransport" not in repr(finding)
    assert HIDDEN not in finding.remedy
