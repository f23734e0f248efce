"""Asks CloudWatch how much an environment was used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from validation.cost.assumptions import number
from validation.cost.inventory import Inventory
from validation.cost.measured import DAYS, IndexUse, Measured, NodeUse
from validation.plan.values import blocks

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.literals import StatisticType

_DAY: Final = timedelta(days=1)
_DYNAMODB: Final = "AWS/DynamoDB"
_REDIS: Final = "AWS/ElastiCache"
_NODE: Final = "CacheClusterId"

Place: TypeAlias = Mapping[str, str]
"""Dimensions of a metric."""


def measure(cloudwatch: CloudWatchClient, inventory: Inventory, *, now: datetime) -> Measured:
    """The use of every global index and of every replication group, day by day."""
    history = _History(cloudwatch=cloudwatch, until=now)
    return Measured(
        indexes={
            (table, index): _index(history, table, index)
            for resource in inventory.of("aws_dynamodb_table")
            for table in [str(resource.get("name"))]
            for index in (str(block.get("name")) for block in blocks(resource.values, "global_secondary_index"))
        },
        nodes=dict(_groups(history, inventory)),
    )


@dataclass(frozen=True, kw_only=True)
class _History:
    cloudwatch: CloudWatchClient
    until: datetime

    def days(self, metric: str, place: Place, statistic: StatisticType) -> list[Decimal]:
        """One value for each of the last `DAYS` days on which there was any."""
        answer = self.cloudwatch.get_metric_statistics(
            Namespace=_REDIS if _NODE in place else _DYNAMODB,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in place.items()],
            StartTime=self.until - DAYS * _DAY,
            EndTime=self.until,
            Period=int(_DAY.total_seconds()),
            Statistics=[statistic],
        )
        return [number(point[statistic]) for point in answer["Datapoints"]]

    def places(self, metric: str) -> Iterator[Place]:
        """The dimensions of every node that has sent the metric."""
        for page in self.cloudwatch.get_paginator("list_metrics").paginate(Namespace=_REDIS, MetricName=metric):
            for found in page["Metrics"]:
                yield {dimension["Name"]: dimension["Value"] for dimension in found["Dimensions"]}


def _index(history: _History, table: str, index: str) -> IndexUse:
    place = {"TableName": table, "GlobalSecondaryIndexName": index}
    written = [units for units in history.days("ConsumedWriteCapacityUnits", place, "Sum") if units]
    return IndexUse(
        read_units=sum(history.days("ConsumedReadCapacityUnits", place, "Sum"), Decimal(0)),
        write_units=sum(written, Decimal(0)),
        days_written=len(written),
    )


def _groups(history: _History, inventory: Inventory) -> Iterator[tuple[str, NodeUse]]:
    for group in inventory.of("aws_elasticache_replication_group"):
        id_ = str(group.get("replication_group_id"))
        memory = _of_nodes(history, id_, "DatabaseMemoryUsagePercentage")
        cpu = _of_nodes(history, id_, "EngineCPUUtilization")
        if memory and cpu:
            yield id_, NodeUse(memory=max(memory), engine_cpu=max(cpu))


def _of_nodes(history: _History, group: str, metric: str) -> list[Decimal]:
    """The highest value of each day of each node, found by the beginning of their names, because groups scale."""
    return [
        value
        for place in history.places(metric)
        if place.get(_NODE, "").startswith(f"{group}-0")
        for value in history.days(metric, place, "Maximum")
    ]
