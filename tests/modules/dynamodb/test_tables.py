from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import ImportSource, RestoreSource, TableSettings
from modules.dynamodb.tables import IMPORT, RESTORE
from tests.modules.dynamodb.declared import DECLARED, PLAIN, tables
from tests.modules.template import Block
from tierstore.declaration.tables import Table


def table(environment: Environment, declared: Table, settings: TableSettings | None = None) -> Block:
    return tables(environment, declared, settings).one("aws_dynamodb_table")


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
    [encryption] = [orders["server_side_encryption"]]

    assert encryption["enabled"] is True
    assert encryption["kms_key_arn"].startswith("${aws_kms_key.keys_dynamodb_")


def test_defaults_are_safe(orders: Block) -> None:
    assert orders["deletion_protection_enabled"] is True
    assert orders["lifecycle"]["prevent_destroy"] is True
    assert orders["point_in_time_recovery"] == {"enabled": True, "recovery_period_in_days": 35}


def test_requests_are_paid_for_one_by_one_unless_set(orders: Block) -> None:
    assert orders["billing_mode"] == "PAY_PER_REQUEST"
    assert "read_capacity" not in orders


def test_no_change_is_hidden_from_the_plan_but_copies_and_what_the_table_began_with(orders: Block) -> None:
    assert orders["lifecycle"]["ignore_changes"] == ["replica", *IMPORT, *RESTORE]


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        (TableSettings(import_from=ImportSource(bucket="exports")), IMPORT),
        (TableSettings(restore_from=RestoreSource(table="tierstore-prod-plain")), RESTORE),
    ],
)
def test_an_origin_that_a_table_did_not_have_is_not_hidden(
    environment: Environment, settings: TableSettings, shown: tuple[str, ...]
) -> None:
    plain = table(environment, PLAIN, settings)

    assert not set(shown) & set(plain["lifecycle"]["ignore_changes"])


def test_a_plain_table_has_only_what_it_declares(environment: Environment) -> None:
    plain = table(environment, PLAIN)

    assert plain["stream_enabled"] is False
    absent = {"range_key", "ttl", "stream_view_type"}
    assert not absent & plain.keys()
    assert not plain.get("global_secondary_index")


def test_recovery_can_be_shorter(environment: Environment) -> None:
    orders = table(environment, DECLARED, TableSettings(point_in_time_recovery_days=7))

    assert orders["point_in_time_recovery"]["recovery_period_in_days"] == 7


def test_recovery_can_be_off(environment: Environment) -> None:
    orders = table(environment, DECLARED, TableSettings(point_in_time_recovery_days=0))

    assert orders["point_in_time_recovery"] == {"enabled": False}


def test_deletion_protection_can_be_off(environment: Environment) -> None:
    orders = table(environment, DECLARED, TableSettings(deletion_protection=False))

    assert orders["deletion_protection_enabled"] is False
    assert orders["lifecycle"]["prevent_destroy"] is False


def test_the_table_class_is_as_set(environment: Environment) -> None:
    orders = table(environment, DECLARED, TableSettings(table_class="STANDARD_INFREQUENT_ACCESS"))

    assert orders["table_class"] == "STANDARD_INFREQUENT_ACCESS"


def test_a_new_table_can_begin_with_objects(environment: Environment) -> None:
    source = ImportSource(bucket="exports", key_prefix="AWSDynamoDB/0123/data/")

    plain = table(environment, PLAIN, TableSettings(import_from=source))

    assert plain["import_table"] == {
        "s3_bucket_source": {"bucket": "exports", "key_prefix": "AWSDynamoDB/0123/data/"},
        "input_format": "DYNAMODB_JSON",
        "input_compression_type": "GZIP",
    }


@pytest.mark.parametrize(
    ("source", "attributes"),
    [
        (
            RestoreSource(table="tierstore-prod-orders"),
            {"restore_source_name": "tierstore-prod-orders", "restore_to_latest_time": True},
        ),
        (
            RestoreSource(
                table="arn:aws:dynamodb:eu-west-1:123456789012:table/tierstore-prod-orders", at="2026-11-01T06:30:00Z"
            ),
            {
                "restore_source_table_arn": "arn:aws:dynamodb:eu-west-1:123456789012:table/tierstore-prod-orders",
                "restore_date_time": "2026-11-01T06:30:00Z",
            },
        ),
    ],
)
def test_a_new_table_can_begin_with_the_past_of_another(
    environment: Environment, source: RestoreSource, attributes: dict[str, object]
) -> None:
    orders = table(environment, DECLARED, TableSettings(restore_from=source))

    assert attributes.items() <= orders.items()
