from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import Provisioned, TableSettings
from modules.dynamodb import Tables
from tests.modules.template import Block, synthesized
from tierstore.declaration.tables import (
    GlobalIndex,
    LocalIndex,
    Projection,
    ProjectionType,
    StreamView,
    Table,
)

DECLARED = Table(
    name="orders",
    description="Orders",
    global_indexes=(
        GlobalIndex(name="by-status", partition_key="status", sort_key="created"),
        GlobalIndex(
            name="by-shop",
            partition_key="shop",
            projection=Projection(type=ProjectionType.INCLUDE, attributes=("total",)),
        ),
    ),
    local_indexes=(
        LocalIndex(name="by-edit", sort_key="edited", projection=Projection(type=ProjectionType.KEYS_ONLY)),
    ),
    time_to_live="expires",
    stream=StreamView.NEW_IMAGE,
)
PLAIN = Table(name="plain", description="Neither indexes nor a sort key", sort_key=None)


def table(environment: Environment, declared: Table, settings: TableSettings | None = None) -> Block:
    chosen = environment.model_copy(update={"tables": {declared.name: settings} if settings else {}})
    template = synthesized(
        lambda stack: Tables(stack, "tables", environment=chosen, declared=[declared], key_arn="arn:key")
    )
    return template.one("aws_dynamodb_table")


@pytest.fixture(scope="module")
def orders(environment: Environment) -> Block:
    return table(environment, DECLARED)


def test_the_name_tells_prefix_and_environment(orders: Block) -> None:
    assert orders["name"] == "tierstore-test-orders"


def test_every_key_of_table_and_indexes_is_an_attribute_and_no_other(orders: Block) -> None:
    assert orders["attribute"] == [
        {"name": name, "type": "S"} for name in ("created", "edited", "pk", "shop", "sk", "status")
    ]


def test_global_indexes_are_as_declared(orders: Block) -> None:
    assert orders["global_secondary_index"] == [
        {"name": "by-status", "hash_key": "status", "range_key": "created", "projection_type": "ALL"},
        {
            "name": "by-shop",
            "hash_key": "shop",
            "projection_type": "INCLUDE",
            "non_key_attributes": ["total"],
        },
    ]


def test_local_indexes_are_as_declared(orders: Block) -> None:
    assert orders["local_secondary_index"] == [
        {"name": "by-edit", "range_key": "edited", "projection_type": "KEYS_ONLY"}
    ]


def test_expiring_items_expire(orders: Block) -> None:
    assert orders["ttl"] == {"attribute_name": "expires", "enabled": True}


def test_the_stream_carries_what_is_declared(orders: Block) -> None:
    assert (orders["stream_enabled"], orders["stream_view_type"]) == (True, "NEW_IMAGE")


def test_items_are_encrypted_with_the_given_key(orders: Block) -> None:
    assert orders["server_side_encryption"] == {"enabled": True, "kms_key_arn": "arn:key"}


def test_defaults_are_safe(orders: Block) -> None:
    assert orders["deletion_protection_enabled"] is True
    assert orders["lifecycle"] == {"prevent_destroy": True}
    assert orders["point_in_time_recovery"] == {"enabled": True, "recovery_period_in_days": 35}


def test_requests_are_paid_for_one_by_one_unless_set(orders: Block) -> None:
    assert orders["billing_mode"] == "PAY_PER_REQUEST"
    assert "read_capacity" not in orders


def test_a_plain_table_has_only_what_it_declares(environment: Environment) -> None:
    plain = table(environment, PLAIN)

    assert plain["stream_enabled"] is False
    absent = {"range_key", "ttl", "stream_view_type"}
    assert not absent & plain.keys()
    assert not plain.get("global_secondary_index")


def test_indexes_get_the_capacity_of_their_table(environment: Environment) -> None:
    billing = Provisioned(mode="provisioned", read_capacity=40, write_capacity=20)

    orders = table(environment, DECLARED, TableSettings(billing=billing))

    capacity = {"read_capacity": 40, "write_capacity": 20}
    assert orders["billing_mode"] == "PROVISIONED"
    assert all(capacity.items() <= part.items() for part in (orders, *orders["global_secondary_index"]))


def test_recovery_can_be_shorter(environment: Environment) -> None:
    orders = table(environment, DECLARED, TableSettings(point_in_time_recovery_days=7))

    assert orders["point_in_time_recovery"]["recovery_period_in_days"] == 7


def test_recovery_can_be_off(environment: Environment) -> None:
    orders = table(environment, DECLARED, TableSettings(point_in_time_recovery_days=0))

    assert orders["point_in_time_recovery"] == {"enabled": False}


def test_deletion_protection_can_be_off(environment: Environment) -> None:
    orders = table(environment, DECLARED, TableSettings(deletion_protection=False))

    assert orders["deletion_protection_enabled"] is False
    assert orders["lifecycle"] == {"prevent_destroy": False}
