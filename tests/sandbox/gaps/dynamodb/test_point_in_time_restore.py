from __future__ import annotations

import math
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration


@pytest.fixture
def dynamodb(sandbox: Sandbox) -> Any:
    """A client of DynamoDB."""
    return sandbox.client("dynamodb")


@pytest.fixture
def table(dynamodb: Any) -> Iterator[str]:
    """A table with a stream of both images and point-in-time recovery; what is restored of it goes with it."""
    name = f"time-{uuid.uuid4().hex[:8]}"
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    recover(dynamodb, name)
    yield name
    for each in dynamodb.list_tables()["TableNames"]:
        if each.startswith(name):
            dynamodb.delete_table(TableName=each)


def recover(dynamodb: Any, table: str, *, enabled: bool = True) -> None:
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
    )


def put(dynamodb: Any, table: str, **values: str) -> None:
    for name, value in values.items():
        dynamodb.put_item(TableName=table, Item={"id": {"S": name}, "value": {"S": value}})


def items(dynamodb: Any, table: str) -> dict[str, str]:
    found = dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]
    return {item["id"]["S"]: item["value"]["S"] for item in found}


def next_second() -> datetime:
    """The beginning of the next second, once it has come."""
    then = math.floor(time.time()) + 1
    while (left := then - time.time()) > 0:
        time.sleep(left)
    return datetime.fromtimestamp(then, UTC)


def restore(dynamodb: Any, table: str, **options: Any) -> str:
    target = f"{table}-restored"
    dynamodb.restore_table_to_point_in_time(SourceTableName=table, TargetTableName=target, **options)
    return target


def test_the_items_of_that_time_are_back(dynamodb: Any, table: str) -> None:
    put(dynamodb, table, kept="1", changed="1", deleted="1")
    then = next_second()
    put(dynamodb, table, changed="2", added="2")
    put(dynamodb, table, changed="3")
    dynamodb.delete_item(TableName=table, Key={"id": {"S": "deleted"}})

    restored = restore(dynamodb, table, RestoreDateTime=then)

    assert items(dynamodb, restored) == {"kept": "1", "changed": "1", "deleted": "1"}
    assert items(dynamodb, table) == {"kept": "1", "changed": "3", "added": "2"}


def test_the_latest_time_is_now(dynamodb: Any, table: str) -> None:
    put(dynamodb, table, one="1")

    assert items(dynamodb, restore(dynamodb, table, UseLatestRestorableTime=True)) == {"one": "1"}


def test_what_is_restored_is_encrypted_as_asked_for(sandbox: Sandbox, dynamodb: Any, table: str) -> None:
    key = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}

    restored = restore(dynamodb, table, UseLatestRestorableTime=True, SSESpecificationOverride=encryption)

    assert dynamodb.describe_table(TableName=restored)["Table"]["SSEDescription"]["KMSMasterKeyArn"] == key


def test_a_time_that_the_sandbox_does_not_know_is_refused(dynamodb: Any, table: str) -> None:
    with pytest.raises(ClientError, match="the sandbox knows the changes since"):
        restore(dynamodb, table, RestoreDateTime=datetime(2020, 1, 1, tzinfo=UTC))


def test_a_table_without_a_stream_is_refused_rather_than_restored_wrongly(dynamodb: Any, table: str) -> None:
    dynamodb.update_table(TableName=table, StreamSpecification={"StreamEnabled": False})

    with pytest.raises(ClientError, match="by its stream of both images"):
        restore(dynamodb, table, RestoreDateTime=next_second())


def test_without_point_in_time_recovery_nothing_is_restored(dynamodb: Any, table: str) -> None:
    recover(dynamodb, table, enabled=False)

    with pytest.raises(ClientError, match="Point in time recovery is not enabled"):
        restore(dynamodb, table, UseLatestRestorableTime=True)
