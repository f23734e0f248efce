"""What each kind of resource costs, with the arithmetic beside it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from environments.schema import (
    BucketUsage,
    CostSettings,
    Environment,
    RedisSettings,
    RedisUsage,
    ReplicationGroupSettings,
    SeparateGroups,
    SeparateRedisUsage,
    TableUsage,
)
from tests.validation.plan.builder import Json, created, environment, plan
from validation.cost import unpriced
from validation.cost.assumptions import assumptions
from validation.cost.comparison import compare
from validation.cost.estimate import ESTIMATORS, FREE
from validation.cost.model import Estimate
from validation.errors import CouldNotRun
from validation.plan.model import read_plan

TABLE = "aws_dynamodb_table.core"
BUCKET = "aws_s3_bucket.uploads"
GROUP = "aws_elasticache_replication_group.group"
DATASTORE = "aws_elasticache_global_replication_group.datastore"
REPLICA = "aws_elasticache_replication_group.replica"

NODES = {"node_type": "cache.r7g.large", "num_node_groups": 3, "replicas_per_node_group": 2, "engine": "redis"}


def using(cost: CostSettings) -> Environment:
    """The environment `dev` with assumptions of a test."""
    return environment().model_copy(update={"cost": cost})


def estimated(*changes: Json, cost: CostSettings | None = None, **more: Any) -> Estimate:
    """The estimate of resources that a plan creates."""
    return compare(read_plan(plan(*changes, **more)), using(cost or CostSettings())).after


def usd(estimate: Estimate) -> dict[str, str]:
    """By what it is for, USD a month to the cent."""
    return {line.what: f"{line.usd:.2f}" for line in estimate.lines}


def test_a_table_on_demand() -> None:
    usage = TableUsage(read_millions=40, write_millions=8, storage_gb=20, stream_read_millions=5)
    values = {
        "name": "tierstore-dev-core",
        "billing_mode": "PAY_PER_REQUEST",
        "stream_enabled": True,
        "point_in_time_recovery": [{"enabled": True}],
    }

    estimate = estimated(created(TABLE, values), cost=CostSettings(tables={"core": usage}))

    assert usd(estimate) == {
        "write requests": "5.00",  # 8 × 0.625
        "read requests": "5.00",  # 40 × 0.125
        "storage": "5.00",  # 20 × 0.25
        "point-in-time recovery": "4.00",  # 20 × 0.20
        "stream": "1.00",  # 5 × 0.20
    }
    assert estimate.usd == Decimal("20.00")


def test_provisioned_capacity_counts_the_table_and_every_index() -> None:
    index = {"name": "gsi1", "read_capacity": 50, "write_capacity": 20}
    values = {
        "name": "tierstore-dev-core",
        "billing_mode": "PROVISIONED",
        "read_capacity": 100,
        "write_capacity": 40,
        "global_secondary_index": [index, index],
    }

    estimate = estimated(created(TABLE, values))

    assert usd(estimate) == {
        "80 write units": "37.96",  # 80 × 730 × 0.00065
        "200 read units": "18.98",  # 200 × 730 × 0.00013
        "storage": "1.25",  # 5 × 0.25, no point-in-time recovery
    }


def test_capacity_that_is_not_known_is_not_included() -> None:
    change = created(TABLE, {"billing_mode": "PROVISIONED"}, unknown={"read_capacity": True, "write_capacity": True})

    estimate = estimated(change)

    assert [(item.what, item.why) for item in estimate.not_included] == [
        ("provisioned capacity", "the capacity is not known before apply")
    ]


def test_another_class_and_replicas_are_not_included() -> None:
    rare = created(TABLE, {"table_class": "STANDARD_INFREQUENT_ACCESS"})
    copied = created("aws_dynamodb_table.copied", {"replica": [{"region_name": "us-west-2"}]})

    estimate = estimated(rare, copied)

    assert {item.what for item in estimate.not_included} >= {"requests and storage", "replica in us-west-2"}


def test_a_bucket_in_the_standard_class() -> None:
    usage = BucketUsage(storage_gb=1000, put_thousands=200, get_thousands=5000)
    values = {"bucket": "tierstore-dev-111111111111-uploads"}

    estimate = estimated(created(BUCKET, values), cost=CostSettings(buckets={"uploads": usage}))

    assert usd(estimate) == {
        "storage": "23.00",  # 1,000 × 0.023
        "PUT requests": "1.00",  # 200 × 0.005
        "GET requests": "2.00",  # 5,000 × 0.0004
    }


@pytest.mark.parametrize("is_new", [True, False])
def test_intelligent_tiering_parts_the_cold_from_the_warm(is_new: bool) -> None:
    usage = BucketUsage(storage_gb=1000, cold_share=0.8, objects_thousands=400, put_thousands=0, get_thousands=0)
    rule = {"id": "all", "transition": [{"days": 30, "storage_class": "INTELLIGENT_TIERING"}]}
    lifecycle = created(
        "aws_s3_bucket_lifecycle_configuration.uploads",
        {"bucket": "tierstore-dev-111111111111-uploads", "rule": [rule]},
        # A new bucket has no id yet, so that only the code tells whose lifecycle it is.
        unknown={"bucket": True} if is_new else {},
    )
    document = plan(lifecycle, created(BUCKET, {"bucket": "tierstore-dev-111111111111-uploads"}))
    document["configuration"]["root_module"]["resources"] = [
        {
            "address": "aws_s3_bucket_lifecycle_configuration.uploads",
            "type": "aws_s3_bucket_lifecycle_configuration",
            "name": "uploads",
            "expressions": {"bucket": {"references": [f"{BUCKET}.id", BUCKET]}},
        }
    ]

    estimate = compare(read_plan(document), using(CostSettings(buckets={"uploads": usage}))).after

    assert {what: amount for what, amount in usd(estimate).items() if amount != "0.00"} == {
        "storage, warm": "4.60",  # 1,000 × 0.2 × 0.023
        "storage, cold": "10.00",  # 1,000 × 0.8 × 0.0125
        "monitoring of objects": "1.00",  # 400 × 0.0025
    }


@pytest.mark.parametrize(("engine", "amount"), [("redis", "1438.83"), ("valkey", "1151.06")])
def test_redis_nodes_and_snapshots(engine: str, amount: str) -> None:
    values = {**NODES, "engine": engine, "snapshot_retention_limit": 14}

    estimate = estimated(created(GROUP, values), cost=CostSettings(redis=RedisUsage(snapshot_gb=10)))

    assert usd(estimate) == {
        f"9 × cache.r7g.large ({engine})": amount,  # 9 × 730 × 0.219, × 0.8 for Valkey
        "snapshots": "0.85",  # 10 × 0.085
    }


def test_the_use_of_a_separate_replication_group_is_its_own() -> None:
    cost = CostSettings(
        redis=RedisUsage(snapshot_gb=10), separate_redis=SeparateRedisUsage(session=RedisUsage(snapshot_gb=20))
    )
    redis = RedisSettings(separate=SeparateGroups(session=ReplicationGroupSettings()))
    values = {**NODES, "snapshot_retention_limit": 14, "replication_group_id": "tierstore-dev-session"}

    apart = using(cost).model_copy(update={"redis": redis})
    estimate = compare(read_plan(plan(created(GROUP, values))), apart).after

    assert usd(estimate)["snapshots"] == "1.70"  # 20 × 0.085


def test_a_replica_has_the_nodes_of_its_primary() -> None:
    code = {
        DATASTORE: {"primary_replication_group_id": {"references": [f"{GROUP}.id", GROUP]}},
        REPLICA: {
            "global_replication_group_id": {"references": [f"{DATASTORE}.global_replication_group_id", DATASTORE]}
        },
    }
    document = plan(
        created(GROUP, {**NODES, "engine": "valkey"}),
        created(DATASTORE, {"cache_node_type": "cache.r7g.large"}),
        created(REPLICA, {"replicas_per_node_group": 1}, unknown={"node_type": True, "num_node_groups": True}),
    )
    document["configuration"]["root_module"]["resources"] = [
        {"address": address, "type": address.partition(".")[0], "name": "x", "expressions": expressions}
        for address, expressions in code.items()
    ]

    estimate = compare(read_plan(document), using(CostSettings())).after

    assert usd(estimate)["6 × cache.r7g.large (valkey)"] == "767.38"  # 6 × 730 × 0.219 × 0.8
    assert DATASTORE in {each.address for each in estimate.not_included}


def test_a_node_without_a_price_says_how_to_give_one() -> None:
    change = created(GROUP, {**NODES, "node_type": "cache.r6g.large"})

    without = estimated(change)
    priced = estimated(change, cost=CostSettings(prices={"elasticache.node.cache.r6g.large": 0.206}))

    assert "elasticache.node.cache.r6g.large" in {item.what: item.why for item in without.not_included}["9 nodes"]
    assert f"{priced.usd:.2f}" == "1353.42"  # 9 × 730 × 0.206


@pytest.mark.parametrize(
    ("address", "values", "lines"),
    [
        ("aws_kms_key.a", {}, {"key": "1.00", "requests": "0.30"}),  # 0.1 million × 3
        ("aws_secretsmanager_secret.a", {}, {"secret": "0.40"}),
        ("aws_cloudwatch_metric_alarm.a", {"period": 300}, {"alarm": "0.10"}),
        ("aws_cloudwatch_metric_alarm.fast", {"period": 10}, {"alarm": "0.30"}),
        (
            "aws_cloudwatch_metric_alarm.rate",
            {"metric_query": [{"metric": [{"period": 60}]}, {"metric": [{"period": 60}]}, {"expression": "a/b"}]},
            {"alarm": "0.20"},
        ),
        (
            "aws_cloudwatch_metric_alarm.anomaly",
            {"metric_query": [{"metric": [{"period": 60}]}, {"expression": "band"}], "threshold_metric_id": "band"},
            {"alarm": "0.30"},
        ),
        ("aws_cloudwatch_composite_alarm.a", {}, {"composite alarm": "0.50"}),
        ("aws_cloudwatch_dashboard.a", {}, {"dashboard": "3.00"}),
        (
            "aws_cloudwatch_log_group.a",
            {"retention_in_days": 90},
            {"ingestion": "0.50", "storage, 90 days": "0.09"},  # 1 × 90 / 30 × 0.03
        ),
        ("aws_nat_gateway.a", {}, {"NAT gateway": "32.85", "data": "0.45"}),  # 730 × 0.045, 10 × 0.045
        (
            "aws_vpc_endpoint.a",
            {"vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b", "c"]},
            {"endpoint in 3 zones": "21.90", "data": "0.10"},  # 3 × 730 × 0.01, 10 × 0.01
        ),
        ("aws_vpc_endpoint.free", {"vpc_endpoint_type": "Gateway"}, {}),
        ("aws_backup_vault.a", {}, {"recovery points of DynamoDB": "1.00"}),  # 10 × 0.10
        (
            "aws_backup_restore_testing_selection.tables",
            {"protected_resource_type": "DynamoDB"},
            {"restored tables": "1.50"},  # 2 tables × 5 × 0.15, once a month
        ),
        ("aws_backup_restore_testing_selection.buckets", {"protected_resource_type": "S3"}, {}),
    ],
)
def test_what_surrounds_the_tiers(address: str, values: Mapping[str, Any], lines: Mapping[str, str]) -> None:
    assert usd(estimated(created(address, values))) == lines


@pytest.mark.parametrize(
    ("only", "items", "objects"),
    [
        (None, "12.00", "1.10"),  # 10 and 2 million requests, 1,000 and 100 thousand; 100,000 for 0.10
        ("true", "10.00", "1.00"),
        ("false", "2.00", "0.10"),
    ],
)
def test_recorded_requests(only: str | None, items: str, objects: str) -> None:
    reading = [{"field": "readOnly", "equals": [only]}] if only else []
    table = "arn:aws:dynamodb:us-east-1:111111111111:table/tierstore-dev-core"
    bucket = "arn:aws:s3:::tierstore-dev-111111111111-uploads/"
    replicas = ["arn:aws:dynamodb:us-west-2:111111111111:table/tierstore-dev-core", f"{bucket[:-1]}-replica/"]
    selectors = [
        {"name": name, "field_selector": [*reading, {"field": "resources.ARN", operator: [arn, replica]}]}
        for name, operator, arn, replica in (
            ("items", "equals", table, replicas[0]),
            ("objects", "starts_with", bucket, replicas[1]),
        )
    ]

    estimate = estimated(created("aws_cloudtrail.trail", {"advanced_event_selector": selectors}))

    assert usd(estimate) == {"data events of items": items, "data events of objects": objects}


def test_every_run_of_a_restore_test_is_paid_for() -> None:
    selection = created("aws_backup_restore_testing_selection.a", {"protected_resource_type": "DynamoDB"})

    # 4 times 2 tables × 5 × 0.15
    assert usd(estimated(selection, cost=CostSettings(restore_tests=4))) == {"restored tables": "6.00"}


def test_logs_that_are_kept_for_ever_are_not_priced_for_ever() -> None:
    estimate = estimated(created("aws_cloudwatch_log_group.a", {"retention_in_days": 0}))

    assert usd(estimate) == {"ingestion": "0.50"}
    assert [item.what for item in estimate.not_included] == ["storage"]


def test_what_is_free_is_free_and_what_is_unknown_is_said_to_be() -> None:
    estimate = estimated(
        created("aws_iam_role.a", {}), created("aws_subnet.a", {}), created("aws_lambda_function.a", {})
    )

    assert estimate.lines == ()
    assert [item.why for item in estimate.not_included] == ["no price of aws_lambda_function is known"]


def test_no_type_is_both_priced_and_free() -> None:
    types = [*ESTIMATORS, *unpriced.TYPES]

    assert [type_ for type_ in types if FREE.fullmatch(type_)] == []
    assert not ESTIMATORS.keys() & unpriced.TYPES.keys()


def test_an_overridden_price_is_used_and_marked() -> None:
    estimate = estimated(created("aws_kms_key.a", {}), cost=CostSettings(prices={"kms.key": 1.1}))

    key = next(line for line in estimate.lines if line.what == "key")
    assert (key.usd, key.price.quality) == (Decimal("1.1"), "environment")


def test_an_unknown_price_is_refused_with_the_nearest() -> None:
    with pytest.raises(CouldNotRun, match=r"cost.prices.s3.standart: unknown \(did you mean s3.standard\?\)"):
        assumptions(using(CostSettings(prices={"s3.standart": 1.0})))
