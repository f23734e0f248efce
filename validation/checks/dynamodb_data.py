"""Every table served for real: one item written, read through every index, guarded by a condition, deleted."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, cast

from tierstore.declaration.tables import GlobalIndex, LocalIndex, Table
from validation.attempt import attempt, outcome
from validation.checks.dynamodb_settings import describe, tables
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX_SECONDS: Final = 10.0
"""Patience with a global index, which follows its table within a fraction of a second."""
LIFETIME_SECONDS: Final = 3600
"""After which DynamoDB deletes an item that an interrupted check left behind."""

Item = dict[str, Mapping[str, str]]


@check("dynamodb.round_trip", "Tables and indexes serve reads and writes", severity=Severity.CRITICAL, each=tables)
def round_trip(context: Context, table: str) -> Iterator[Finding]:
    """Writes one item, reads it by key and through every index, sees a conflicting write refused, and deletes it."""
    declared = context.model.table(table)
    name = describe(context, table)["TableName"]
    client = context.clients.dynamodb
    item = _item(declared, now=time.time())
    key = {attribute: item[attribute] for attribute in _primary_key(declared)}
    absent = f"attribute_not_exists({declared.partition_key})"

    def write() -> None:
        client.put_item(TableName=name, Item=item, ConditionExpression=absent)

    written = compare("write", expected="accepted", found=outcome(write))
    yield written
    if not written.passed:
        return
    try:
        yield compare("read by key", expected=item, found=attempt(_read, client, name, key))
        yield compare(
            "write that a condition forbids", expected="ConditionalCheckFailedException", found=outcome(write)
        )
        indexes: tuple[GlobalIndex | LocalIndex, ...] = (*declared.global_indexes, *declared.local_indexes)
        for index in indexes:
            count = attempt(_count_through, client, name, declared, index, item)
            yield compare(f"items found through index {index.name}", expected=1, found=count)
    finally:
        client.delete_item(TableName=name, Key=key)
    yield compare("read after delete", expected=None, found=attempt(_read, client, name, key))


def _item(table: Table, *, now: float) -> Item:
    """An item with every key of the table, so that it is in every index, which expires by itself."""
    unique = f"validation#{uuid.uuid4()}"
    item: Item = {attribute: {"S": unique} for attribute in table.key_attributes}
    if table.time_to_live is not None:
        item[table.time_to_live] = {"N": str(int(now) + LIFETIME_SECONDS)}
    return item


def _primary_key(table: Table) -> tuple[str, ...]:
    return (table.partition_key,) if table.sort_key is None else (table.partition_key, table.sort_key)


def _read(client: DynamoDBClient, name: str, key: Item) -> Json:
    answer = client.get_item(TableName=name, Key=key, ConsistentRead=True)
    return cast("Json", answer.get("Item"))


def _count_through(client: DynamoDBClient, name: str, table: Table, index: GlobalIndex | LocalIndex, item: Item) -> int:
    """Items with this item's key in an index; a global index gets some time to show it."""
    partition_key = index.partition_key if isinstance(index, GlobalIndex) else table.partition_key
    deadline = time.monotonic() + INDEX_SECONDS
    while True:
        count = client.query(
            TableName=name,
            IndexName=index.name,
            KeyConditionExpression="#partition = :partition",
            ExpressionAttributeNames={"#partition": partition_key},
            ExpressionAttributeValues={":partition": item[partition_key]},
        )["Count"]
        if count > 0 or time.monotonic() > deadline:
            return count
        time.sleep(0.2)
