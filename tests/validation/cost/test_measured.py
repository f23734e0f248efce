"""Advice from what CloudWatch has measured."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import pytest

from tests.validation.plan.builder import environment, plan, unchanged
from validation.clients import Clients
from validation.cost.comparison import compare
from validation.cost.inventory import before
from validation.cost.measured import DAYS, IndexUse, Measured, NodeUse
from validation.cost.metrics import measure
from validation.plan.model import Plan, read_plan

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

TABLE = "aws_dynamodb_table.core"
GROUP = "aws_elasticache_replication_group.group"
WRITTEN = Decimal(14_000_000)


def deployed(name: str = "x", **table: Any) -> Plan:
    """A table with two indexes and a replication group of 3 × 3 nodes, to which nothing happens."""
    indexes = [{"name": index, "write_capacity": 5} for index in ("gsi1", "gsi2")]
    values = {"name": name, "billing_mode": "PAY_PER_REQUEST", "global_secondary_index": indexes, **table}
    nodes = {"node_type": "cache.r7g.xlarge", "num_node_groups": 3, "replicas_per_node_group": 2, "engine": "valkey"}
    return read_plan(plan(unchanged(TABLE, values), unchanged(GROUP, {"replication_group_id": name, **nodes})))


def advice(measured: Measured, **table: Any) -> dict[str, str]:
    """By what is advised, USD a month to the cent."""
    comparison = compare(deployed(**table), environment(), measured=measured)
    return {each.what: f"{each.usd:.2f}" for each in comparison.advice}


def index_use(*, read: int = 0, written: Decimal = WRITTEN, days: int = DAYS) -> Measured:
    use = IndexUse(read_units=Decimal(read), write_units=written, days_written=days)
    return Measured(indexes={("x", "gsi2"): use})


UNREAD = "no index gsi2, which nobody has read in 14 days,"


def test_an_index_that_nobody_reads_costs_its_writes() -> None:
    # 14 million units in 14 days are 30.42 million in a month of 730 hours, each million 0.625.
    assert advice(index_use())[UNREAD] == "19.01"


def test_an_index_with_capacity_of_its_own_costs_that() -> None:
    provisioned = {"billing_mode": "PROVISIONED", "read_capacity": 1, "write_capacity": 1}

    # 5 units × 730 h × 0.00065
    assert advice(index_use(), **provisioned)[UNREAD] == "2.37"


def test_an_unread_index_is_told_whatever_it_costs() -> None:
    assert advice(index_use(written=Decimal(14)))[UNREAD] == "0.00"


@pytest.mark.parametrize("measured", [Measured(), index_use(read=1), index_use(days=DAYS - 1)])
def test_of_an_index_that_is_read_or_young_or_unknown_nothing_is_said(measured: Measured) -> None:
    assert UNREAD not in advice(measured)


def node_use(*, memory: int, engine_cpu: int) -> Measured:
    return Measured(nodes={"x": NodeUse(memory=Decimal(memory), engine_cpu=Decimal(engine_cpu))})


def test_a_node_that_is_little_used_is_too_large() -> None:
    # 20 % of 26.32 GB are 5.26 GB; 0.8 of an m7g.xlarge's 12.93 GB hold them, and of an r7g.large's 13.07 GB, which
    # costs less: 9 nodes × 730 h × (0.437 − 0.219) × 0.8 for Valkey.
    expected = "cache.r7g.large instead of cache.r7g.xlarge, which was 20 % full and 30 % busy at most in 14 days"

    assert advice(node_use(memory=20, engine_cpu=30))[expected] == "1145.81"


@pytest.mark.parametrize(("engine_cpu", "best"), [(5, "cache.t4g.medium"), (30, "cache.m7g.large")])
def test_only_an_idle_group_is_advised_nodes_that_burst(engine_cpu: int, best: str) -> None:
    (found,) = advice(node_use(memory=9, engine_cpu=engine_cpu))

    assert found.startswith(f"{best} instead of cache.r7g.xlarge")


@pytest.mark.parametrize(("memory", "engine_cpu"), [(70, 30), (5, 60)])
def test_a_full_or_busy_group_stays_as_it_is(memory: int, engine_cpu: int) -> None:
    assert advice(node_use(memory=memory, engine_cpu=engine_cpu)) == {}


class OneValueANode:
    """CloudWatch that knows nodes of two groups, of which one's name begins with the other's."""

    use = MappingProxyType({"x-0001-001": 20.0, "x-session-0001-001": 95.0})

    def get_paginator(self, _operation: str) -> OneValueANode:
        return self

    def paginate(self, **_asked: str) -> list[dict[str, Any]]:
        return [{"Metrics": [{"Dimensions": [{"Name": "CacheClusterId", "Value": node}]} for node in self.use]}]

    def get_metric_statistics(self, **asked: Any) -> dict[str, Any]:
        (dimension, *_) = asked["Dimensions"]
        return {"Datapoints": [{"Maximum": self.use[dimension["Value"]]}] if dimension["Value"] in self.use else []}


def test_nodes_of_a_separate_group_are_not_those_of_the_main_one() -> None:
    measured = measure(cast("CloudWatchClient", OneValueANode()), before(deployed()), now=datetime.now(UTC))

    assert measured.nodes == {"x": NodeUse(memory=Decimal(20), engine_cpu=Decimal(20))}


@pytest.mark.integration
def test_cloudwatch_is_asked_for_every_index_and_node(clients: Clients) -> None:
    name, now = f"measured-{uuid4().hex[:8]}", datetime.now(UTC)

    def put(namespace: str, metric: str, value: float, **place: str) -> None:
        dimensions: Any = [{"Name": dimension, "Value": where} for dimension, where in place.items()]
        clients.cloudwatch.put_metric_data(
            Namespace=namespace,
            MetricData=[
                {
                    "MetricName": metric,
                    "Dimensions": dimensions,
                    "Timestamp": now - timedelta(days=day, hours=1),
                    "Value": value,
                }
                for day in range(DAYS)
            ],
        )

    for index, reads in (("gsi1", 7.0), ("gsi2", 0.0)):
        put("AWS/DynamoDB", "ConsumedWriteCapacityUnits", 1000, TableName=name, GlobalSecondaryIndexName=index)
        put("AWS/DynamoDB", "ConsumedReadCapacityUnits", reads, TableName=name, GlobalSecondaryIndexName=index)
    for node, memory in (("0001-001", 12.0), ("0003-002", 20.0)):
        put("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", memory, CacheClusterId=f"{name}-{node}")
        put("AWS/ElastiCache", "EngineCPUUtilization", 30, CacheClusterId=f"{name}-{node}")

    measured = measure(clients.cloudwatch, before(deployed(name)), now=now)

    comparison = compare(deployed(name), environment(), measured=measured)
    advised = [each.what for each in comparison.advice]
    assert UNREAD in advised
    assert any(what.startswith("cache.r7g.large instead of cache.r7g.xlarge, which was 20 % full") for what in advised)
    assert not any("gsi1" in what for what in advised)
