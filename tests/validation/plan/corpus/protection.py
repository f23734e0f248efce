"""What keeps data from being lost is taken away."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, plan, replaced, sensitive, unchanged, updated
from tests.validation.plan.corpus.addresses import (
    BUCKET,
    GROUP,
    KEY,
    LIFECYCLE,
    PARAMETERS,
    REPLICATION,
    SERVERLESS,
    TABLE,
    VERSIONING,
)
from tests.validation.plan.corpus.case import Case

CASES = (
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
        plan(updated(TABLE, o.TABLE, point_in_time_recovery=o.recovery(enabled=False, days=None))),
        blocked=(("unprotect", TABLE), ("unprotect", TABLE)),
    ),
    Case(
        "recovery for fewer days",
        plan(updated(TABLE, o.TABLE, point_in_time_recovery=o.recovery(days=7))),
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
        "versioning goes while its bucket is replaced",
        plan(
            replaced(BUCKET, o.BUCKET, by=[["object_lock_enabled"]], object_lock_enabled=True),
            destroyed(VERSIONING, o.VERSIONING),
        ),
        blocked=(("replace", BUCKET), ("unprotect", VERSIONING)),
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
                REPLICATION,
                o.REPLICATION,
                rule=[{**o.REPLICATION["rule"][0], "status": "Disabled"}],
            )
        ),
        blocked=(("unprotect", REPLICATION),),
    ),
    Case(
        "no snapshots",
        plan(updated(GROUP, o.REPLICATION_GROUP, snapshot_retention_limit=0)),
        blocked=(("unprotect", GROUP),),
    ),
    Case(
        "no snapshots of a serverless cache",
        plan(updated(SERVERLESS, o.SERVERLESS_CACHE, snapshot_retention_limit=None)),
        blocked=(("unprotect", SERVERLESS),),
    ),
    Case(
        "snapshots of a serverless cache are kept for less long",
        plan(updated(SERVERLESS, o.SERVERLESS_CACHE, snapshot_retention_limit=1)),
        blocked=(("unprotect", SERVERLESS),),
    ),
    Case(
        "a serverless cache may store less",
        plan(updated(SERVERLESS, o.SERVERLESS_CACHE, cache_usage_limits=o.usage_limits(storage=5))),
        blocked=(("unprotect", SERVERLESS),),
    ),
    Case(
        "what a serverless cache stores is limited from now on",
        plan(
            updated(
                SERVERLESS,
                o.SERVERLESS_CACHE | {"cache_usage_limits": o.usage_limits(storage=None)},
                cache_usage_limits=o.usage_limits(storage=500),
            )
        ),
        blocked=(("unprotect", SERVERLESS),),
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
        "objects are replicated elsewhere",
        plan(
            updated(
                REPLICATION,
                {**o.REPLICATION, "rule": [{**o.REPLICATION["rule"][0], "destination": [{"bucket": o.BUCKET_ARN}]}]},
                rule=[{**o.REPLICATION["rule"][0], "destination": [{"bucket": "arn:aws:s3:::foreign"}]}],
            )
        ),
        blocked=(("unprotect", REPLICATION),),
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
        "another attribute of items is taken for their time",
        plan(
            updated(
                TABLE,
                {**o.TABLE, "ttl": [{"enabled": True, "attribute_name": "ttl"}]},
                ttl=[{"enabled": True, "attribute_name": "created_at"}],
            )
        ),
        blocked=(("unprotect", TABLE),),
    ),
    Case(
        "items are deleted by their time no longer",
        plan(updated(TABLE, {**o.TABLE, "ttl": [{"enabled": True, "attribute_name": "ttl"}]}, ttl=[])),
    ),
    Case(
        "a rule that deletes comes to concern every object",
        plan(updated(LIFECYCLE, o.expiring("tmp/"), rule=o.expiring("")["rule"])),
        blocked=(("unprotect", LIFECYCLE),),
    ),
    Case(
        "a rule that deletes comes to concern fewer objects",
        plan(updated(LIFECYCLE, o.expiring("tmp/"), rule=o.expiring("tmp/thumbnails/")["rule"])),
    ),
    Case(
        "an old bucket gets rules that delete",
        plan(created(LIFECYCLE, o.expiring("tmp/")), unchanged(BUCKET, o.BUCKET)),
        blocked=(("unprotect", LIFECYCLE),),
    ),
    Case(
        "a new bucket has rules that delete",
        plan(created(LIFECYCLE, o.expiring("tmp/")), created(BUCKET, o.BUCKET)),
    ),
    Case(
        "fewer objects are replicated",
        plan(
            updated(
                REPLICATION,
                o.REPLICATION,
                rule=[{**o.REPLICATION["rule"][0], "filter": [{"prefix": "avatars/"}]}],
            )
        ),
        blocked=(("unprotect", REPLICATION),),
    ),
    Case(
        "objects that KMS encrypts are replicated no longer",
        plan(
            updated(
                REPLICATION,
                o.REPLICATION,
                rule=[{**o.REPLICATION["rule"][0], "source_selection_criteria": []}],
            )
        ),
        blocked=(("unprotect", REPLICATION),),
    ),
    Case(
        "another parameter group evicts everything",
        plan(
            created("aws_elasticache_parameter_group.other", {**o.parameters("allkeys-lru"), "name": "other"}),
            updated(GROUP, {**o.REPLICATION_GROUP, "parameter_group_name": "parameters"}, parameter_group_name="other"),
            unchanged(PARAMETERS, o.parameters("volatile-lfu")),
        ),
        blocked=(("unprotect", GROUP),),
    ),
    Case(
        "another parameter group that nobody here has written",
        plan(
            updated(GROUP, {**o.REPLICATION_GROUP, "parameter_group_name": "parameters"}, parameter_group_name="other"),
            unchanged(PARAMETERS, o.parameters("volatile-lfu")),
        ),
        blocked=(("unprotect", GROUP),),
    ),
    Case(
        "another parameter group that evicts what expires",
        plan(
            created("aws_elasticache_parameter_group.other", {**o.parameters("volatile-lru"), "name": "other"}),
            updated(GROUP, {**o.REPLICATION_GROUP, "parameter_group_name": "parameters"}, parameter_group_name="other"),
            unchanged(PARAMETERS, o.parameters("volatile-lfu")),
        ),
    ),
    Case(
        "AWS's own parameter group",
        plan(
            updated(
                GROUP,
                {**o.REPLICATION_GROUP, "parameter_group_name": "parameters"},
                parameter_group_name="default.valkey8.cluster.on",
            ),
            destroyed(PARAMETERS, o.parameters("volatile-lfu")),
        ),
    ),
    Case("fewer shards", plan(updated(GROUP, o.REPLICATION_GROUP, num_node_groups=2)), notices=(GROUP,)),
    Case("smaller nodes", plan(updated(GROUP, o.REPLICATION_GROUP, node_type="cache.t4g.small")), notices=(GROUP,)),
    Case("larger nodes", plan(updated(GROUP, o.REPLICATION_GROUP, node_type="cache.r7g.xlarge"))),
    Case(
        "nodes of a type that nobody knows",
        plan(updated(GROUP, o.REPLICATION_GROUP, node_type="cache.z9.large")),
        notices=(GROUP,),
    ),
    Case(
        "less is added under load",
        plan(updated("aws_appautoscaling_target.shards", {"max_capacity": 10}, max_capacity=5)),
        notices=("aws_appautoscaling_target.shards",),
    ),
    Case(
        "more is added under load",
        plan(updated("aws_appautoscaling_target.shards", {"max_capacity": 10}, max_capacity=20)),
    ),
    Case(
        "a cap on a table that had none",
        plan(
            updated(
                TABLE,
                {**o.TABLE, "on_demand_throughput": [{"max_read_request_units": -1}]},
                on_demand_throughput=[{"max_read_request_units": 100}],
            )
        ),
        notices=(TABLE,),
    ),
    Case(
        "a table's cap goes",
        plan(
            updated(
                TABLE,
                {**o.TABLE, "on_demand_throughput": [{"max_read_request_units": 100}]},
                on_demand_throughput=[{"max_read_request_units": -1}],
            )
        ),
    ),
)
