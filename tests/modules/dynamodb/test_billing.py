"""How tables and indexes are paid for."""

from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from environments.schema import (
    Autoscaled,
    Capacity,
    OnDemand,
    Provisioned,
    RequestCaps,
    Scaled,
    ScaledCapacity,
    ScheduledRange,
    TableSettings,
)
from modules.dynamodb.live import render_capacity
from tests.modules.dynamodb.declared import DECLARED, tables
from tests.modules.template import Block, Template

READS = Scaled(minimum=10, maximum=100, target_utilization=60)
WRITES = Scaled(
    minimum=5,
    maximum=50,
    schedule=(
        ScheduledRange(at="cron(0 7 ? * MON-FRI *)", time_zone="Europe/Berlin", minimum=20),
        ScheduledRange(at="cron(0 19 ? * MON-FRI *)", time_zone="Europe/Berlin", minimum=5, maximum=40),
    ),
)
SHOP = ScaledCapacity(read=Scaled(minimum=2, maximum=20), write=Scaled(minimum=3, maximum=30))


def billed(environment: Environment, billing: OnDemand | Provisioned | Autoscaled) -> Template:
    return tables(environment, DECLARED, TableSettings(billing=billing))


def index(orders: Block, name: str) -> Block:
    [found] = [each for each in orders["global_secondary_index"] if each["name"] == name]
    return dict(found)


@pytest.fixture(scope="module")
def autoscaled(environment: Environment) -> Template:
    return billed(environment, Autoscaled(mode="autoscaled", read=READS, write=WRITES, indexes={"by-shop": SHOP}))


def test_an_index_has_the_capacity_of_its_table_unless_it_has_its_own(environment: Environment) -> None:
    own = {"by-shop": Capacity(read_capacity=4, write_capacity=2)}
    billing = Provisioned(mode="provisioned", read_capacity=40, write_capacity=20, indexes=own)

    orders = billed(environment, billing).one("aws_dynamodb_table")

    capacity = {"read_capacity": 40, "write_capacity": 20}
    assert orders["billing_mode"] == "PROVISIONED"
    assert all(capacity.items() <= part.items() for part in (orders, index(orders, "by-status")))
    assert {"read_capacity": 4, "write_capacity": 2}.items() <= index(orders, "by-shop").items()


def test_requests_are_capped_where_a_cap_is_given(environment: Environment) -> None:
    billing = OnDemand(max_read_units=500, indexes={"by-shop": RequestCaps(max_write_units=100)})

    orders = billed(environment, billing).one("aws_dynamodb_table")

    assert orders["on_demand_throughput"] == {"max_read_request_units": 500, "max_write_request_units": -1}
    assert index(orders, "by-shop")["on_demand_throughput"] == {
        "max_read_request_units": -1,
        "max_write_request_units": 100,
    }
    assert "on_demand_throughput" not in index(orders, "by-status")


@pytest.mark.parametrize("billing", [OnDemand(), Provisioned(mode="provisioned", read_capacity=4, write_capacity=2)])
def test_what_does_not_follow_the_load_asks_for_nothing(
    environment: Environment, billing: OnDemand | Provisioned
) -> None:
    template = billed(environment, billing)

    assert "data" not in template.document
    assert template.all("aws_appautoscaling_target") == []


def test_capacity_that_autoscaling_changed_stays_as_it_is(autoscaled: Template) -> None:
    orders = autoscaled.one("aws_dynamodb_table")
    [live] = autoscaled.document["data"]["aws_dynamodb_table"]
    address = f"data.aws_dynamodb_table.{live}"

    assert orders["read_capacity"] == render_capacity(address, "read_capacity", index=None, otherwise=10)
    assert orders["write_capacity"] == render_capacity(address, "write_capacity", index=None, otherwise=5)
    assert index(orders, "by-shop")["write_capacity"] == render_capacity(
        address, "write_capacity", index="by-shop", otherwise=3
    )


def test_a_table_that_is_not_there_is_not_asked(autoscaled: Template) -> None:
    [live] = autoscaled.document["data"]["aws_dynamodb_table"].values()

    assert live["name"] == "tierstore-test-orders"
    assert live["count"].startswith("${contains(coalesce(data.aws_dynamodb_tables.")


def test_reads_and_writes_of_the_table_and_of_every_index_follow_the_load(autoscaled: Template) -> None:
    targets = {
        (target["resource_id"].partition(".name}")[2], target["scalable_dimension"]): (
            target["min_capacity"],
            target["max_capacity"],
        )
        for target in autoscaled.all("aws_appautoscaling_target")
    }

    assert targets == {
        ("", "dynamodb:table:ReadCapacityUnits"): (10, 100),
        ("", "dynamodb:table:WriteCapacityUnits"): (5, 50),
        ("/index/by-status", "dynamodb:index:ReadCapacityUnits"): (10, 100),
        ("/index/by-status", "dynamodb:index:WriteCapacityUnits"): (5, 50),
        ("/index/by-shop", "dynamodb:index:ReadCapacityUnits"): (2, 20),
        ("/index/by-shop", "dynamodb:index:WriteCapacityUnits"): (3, 30),
    }


@pytest.mark.parametrize(
    ("dimension", "metric", "percent"),
    [
        ("dynamodb:table:ReadCapacityUnits", "DynamoDBReadCapacityUtilization", 60),
        ("dynamodb:table:WriteCapacityUnits", "DynamoDBWriteCapacityUtilization", 70),
    ],
)
def test_each_is_used_to_its_target(autoscaled: Template, dimension: str, metric: str, percent: int) -> None:
    [policy] = [
        policy for policy in autoscaled.all("aws_appautoscaling_policy") if policy["name"].startswith(f"{dimension}:")
    ]

    assert policy["target_tracking_scaling_policy_configuration"] == {
        "predefined_metric_specification": {"predefined_metric_type": metric},
        "target_value": percent,
    }


def test_bounds_change_by_the_clock(autoscaled: Template) -> None:
    actions = [
        action for action in autoscaled.all("aws_appautoscaling_scheduled_action") if "table-write" in str(action)
    ]

    assert [(action["schedule"], action["timezone"], action["scalable_target_action"]) for action in actions] == [
        ("cron(0 7 ? * MON-FRI *)", "Europe/Berlin", {"min_capacity": "20"}),
        ("cron(0 19 ? * MON-FRI *)", "Europe/Berlin", {"min_capacity": "5", "max_capacity": "40"}),
    ]


def test_only_bounds_that_change_by_the_clock_are_hidden_from_the_plan(autoscaled: Template) -> None:
    hidden: dict[str, Any] = {
        target["scalable_dimension"]: target.get("lifecycle", {}).get("ignore_changes")
        for target in autoscaled.all("aws_appautoscaling_target")
        if "/index" not in target["resource_id"]
    }

    assert hidden == {
        "dynamodb:table:ReadCapacityUnits": None,
        "dynamodb:table:WriteCapacityUnits": ["min_capacity", "max_capacity"],
    }
