"""What a review has no reason to hold up."""

from __future__ import annotations

from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, plan, replaced, unchanged, updated
from tests.validation.plan.corpus.addresses import BUCKET, GROUP, KEY, SERVERLESS, TABLE
from tests.validation.plan.corpus.case import Case

CASES = (
    Case("nothing at all", plan()),
    Case("nothing changes", plan(unchanged(TABLE, o.TABLE), unchanged(BUCKET, o.BUCKET))),
    Case("everything is new", plan(created(TABLE, o.TABLE), created(BUCKET, o.BUCKET), created(KEY, o.KMS_KEY))),
    Case("other tags", plan(updated(TABLE, o.TABLE, tags={"Name": "core", "Team": "storage"}))),
    Case("other capacity", plan(updated(TABLE, o.TABLE, billing_mode="PROVISIONED", read_capacity=5))),
    Case(
        "a serverless cache may store and do more",
        plan(updated(SERVERLESS, o.SERVERLESS_CACHE, cache_usage_limits=o.usage_limits(storage=20, processing=50_000))),
    ),
    Case(
        "a serverless cache is limited no longer",
        plan(updated(SERVERLESS, o.SERVERLESS_CACHE, cache_usage_limits=o.usage_limits(storage=None, processing=None))),
    ),
    Case(
        "a serverless cache may do less",
        plan(updated(SERVERLESS, o.SERVERLESS_CACHE, cache_usage_limits=o.usage_limits(processing=5_000))),
        notices=(SERVERLESS,),
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
)
