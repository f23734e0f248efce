"""What holds data goes, or is replaced."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, forgotten, moved, plan, replaced, unchanged, updated
from tests.validation.plan.corpus.addresses import BUCKET, DATASTORE, GROUP, KEY, REPLICA, SERVERLESS, TABLE
from tests.validation.plan.corpus.case import Case

CASES = (
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
        blocked=(("destroy", TABLE), ("unprotect", TABLE), ("weaken", TABLE)),
    ),
    Case(
        "a log group of another name takes the place of one with its logs",
        plan(replaced("aws_cloudwatch_log_group.slow", o.LOG_GROUP, by=[["name"]], name="other")),
        blocked=(("replace", "aws_cloudwatch_log_group.slow"),),
    ),
    Case(
        "a zone of DNS goes, of which the review knows nothing",
        plan(destroyed("aws_route53_zone.zone", {"zone_id": "Z1"})),
        notices=("aws_route53_zone.zone",),
    ),
)
