"""Items that are known to be in a table at the restore point, and what is done to them after it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from tierstore.declaration.tables import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PARTITION: Final = "validation#restore#"
LIFETIME_SECONDS: Final = 86_400
"""After which DynamoDB deletes what an aborted drill left in the table."""
POLL_SECONDS: Final = 0.2

Item = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of the items in the restored table."""

    expected: int
    """Items that were there at the restore point."""
    missing: int
    wrong: int
    """There, but not with what they held at the restore point."""
    from_later: int
    """Written after the restore point only."""


class Items:
    """Items of one drill: a third stays, a third is overwritten, a third deleted, and as many are added, later."""

    def __init__(self, client: DynamoDBClient, table: str, declared: Table, *, run: str, count: int) -> None:
        self._client = client
        self._table = table
        self._declared = declared
        self._run = run
        self._expires = str(int(time.time()) + LIFETIME_SECONDS)
        self._count = count
        self._ledger: dict[int, Item] = {}
        """What the table acknowledged before the restore point, by number."""

    @contextmanager
    def written(self) -> Iterator[datetime]:
        """Write them, give the restore point, which lies between these writes and the next, and remove them."""
        try:
            for number in range(self._count):
                item = self._item(number, "before")
                last = self._client.put_item(TableName=self._table, Item=item)
                self._ledger[number] = item
            yield self._after(last)
        finally:
            for number in range(self._count + self._third):
                self._client.delete_item(TableName=self._table, Key=self._key(number))

    def damage(self) -> str:
        """Make mistakes of every kind; tells which."""
        third = self._third
        for number in range(third, 2 * third):
            self._client.put_item(TableName=self._table, Item=self._item(number, "after"))
        for number in range(2 * third, self._count):
            self._client.delete_item(TableName=self._table, Key=self._key(number))
        for number in range(self._count, self._count + third):
            self._client.put_item(TableName=self._table, Item=self._item(number, "after"))
        return f"{third} items overwritten, {self._count - 2 * third} deleted, {third} added"

    def fate_in(self, table: str) -> Fate:
        """Compare what a restored table holds with the ledger, item by item."""
        found = {number: self._read(table, number) for number in range(self._count + self._third)}
        there = {number: item for number, item in found.items() if item is not None}
        return Fate(
            expected=len(self._ledger),
            missing=len(self._ledger.keys() - there.keys()),
            wrong=sum(there[number] != item for number, item in self._ledger.items() if number in there),
            from_later=len(there.keys() - self._ledger.keys()),
        )

    @property
    def _third(self) -> int:
        return self._count // 3

    def _after(self, answer: Any) -> datetime:
        """The beginning of a second after the write, by the table's own clock, once it has come."""
        point = _time(answer).replace(microsecond=0) + timedelta(seconds=1)
        while _time(self._client.get_item(TableName=self._table, Key=self._key(0))) < point:
            time.sleep(POLL_SECONDS)
        return point

    def _read(self, table: str, number: int) -> Item | None:
        return self._client.get_item(TableName=table, Key=self._key(number), ConsistentRead=True).get("Item")

    def _key(self, number: int) -> Item:
        declared = self._declared
        if declared.sort_key is None:
            return {declared.partition_key: {"S": f"{PARTITION}{self._run}#{number:05}"}}
        return {declared.partition_key: {"S": f"{PARTITION}{self._run}"}, declared.sort_key: {"S": f"{number:05}"}}

    def _item(self, number: int, when: str) -> Item:
        expiry = {self._declared.time_to_live: {"N": self._expires}} if self._declared.time_to_live else {}
        return {**self._key(number), **expiry, "written": {"S": when}}


def _time(answer: Any) -> datetime:
    """When the service answered, by its own clock; ours where it does not say."""
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(told) if told else datetime.now(UTC)
