"""What a caller wants of a declared query: partitions, bounds, and the requests that read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from tierstore.declaration.keys import SHARD, KeyTemplate, KeyValue
from tierstore.declaration.requests import Query
from tierstore.declaration.tables import GlobalIndex
from tierstore.dynamodb.expressions import Condition, Placeholders, all_of, begins_with, between, compare, equals
from tierstore.dynamodb.items.attribute_values import Item, text
from tierstore.errors import InvalidError

_LAST: Final = "\U0010ffff"
"""Sorts behind every other character."""


@dataclass(frozen=True, kw_only=True)
class Range:
    """A declared query with the values that the caller gives."""

    name: str
    """The access pattern, as in `users.by_status`."""
    query: Query
    values: Mapping[str, KeyValue]
    """Of the partition key's fields."""
    beginning: str = ""
    """Of the field that the query's `sort_prefix` names."""
    since: KeyValue | None = None
    """Lower bound, included, of the field that the query's `between` names."""
    until: KeyValue | None = None
    """Upper bound, included."""
    conditions: tuple[Condition, ...] = ()
    """What an item must meet besides, tested by DynamoDB after reading it."""
    with_expired: bool = False
    """Whether items that have expired, and that DynamoDB has not deleted yet, are part of the list."""

    def __post_init__(self) -> None:
        for bound in (self.since, self.until):
            if isinstance(bound, datetime) and bound.tzinfo is None:
                raise InvalidError(f"{self.name}: {bound} has no time zone; give an aware datetime")
        if self.since is not None and self.until is not None and self.since > self.until:  # type: ignore[operator]
            raise InvalidError(f"{self.name}: the range ends at {self.until} before it begins at {self.since}")

    @cached_property
    def partition_attribute(self) -> str:
        """The attribute that holds the partition key."""
        table, name = self.query.entities[0].declaration.table, self.query.index
        index = table.index(name) if name is not None else None
        return index.partition_key if isinstance(index, GlobalIndex) else table.partition_key

    @cached_property
    def sort_attribute(self) -> str | None:
        """The attribute that holds the sort key."""
        table, name = self.query.entities[0].declaration.table, self.query.index
        return table.sort_key if name is None else table.index(name).sort_key

    @cached_property
    def place_attributes(self) -> tuple[str, ...]:
        """The attributes that tell where in the order an item is: sort key, then the table's keys."""
        table = self.query.entities[0].declaration.table
        names = dict.fromkeys((self.sort_attribute, table.partition_key, table.sort_key))
        return tuple(name for name in names if name is not None and name != self.partition_attribute)

    @cached_property
    def month_field(self) -> str | None:
        """The field whose month is in the partition key."""
        placeholders = self.query.key.partition.placeholders
        return next((placeholder.field for placeholder in placeholders if placeholder.format == "month"), None)

    def months(self, now: datetime, *, beginning_with: str) -> list[str]:
        """The months of the range in the query's order, from the one given on; one empty text without any."""
        if self.month_field is None:
            return [""]
        since, until = self.since, self.until or now
        if not isinstance(since, datetime) or not isinstance(until, datetime):
            raise TypeError(f"{self.name}: its partitions are months, so its bounds are datetimes")
        numbers = range(_month_number(since), max(_month_number(since), _month_number(until)) + 1)
        months = [_month_text(number) for number in numbers]
        if self.query.newest_first:
            months.reverse()
        return months[months.index(beginning_with) :] if beginning_with in months else months

    def partitions(self, month: str) -> list[str]:
        """The partition keys of a month, or of the whole range: one a shard.

        Raises `InvalidError` for values that cannot be a key.
        """
        key = self.query.key
        values = dict(self.values)
        if self.month_field is not None:
            values[self.month_field] = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
        try:
            if key.shards is None:
                return [key.partition.render(values)]
            return [key.partition.render({**values, SHARD: shard}) for shard in range(key.shards.count)]
        except ValueError as error:
            raise InvalidError(f"{self.name}: {error}") from None

    def document(self, table: str, partition: str) -> dict[str, Any]:
        """The parameters of a `Query` of one partition, but for its limit and where it starts."""
        placeholders = Placeholders()
        key_conditions = [equals(self.partition_attribute, text(partition)), *self._sort_conditions()]
        # Unlike other conditions, those of keys are refused in parentheses.
        document: dict[str, Any] = {
            "TableName": table,
            "KeyConditionExpression": " AND ".join(condition(placeholders) for condition in key_conditions),
            "ScanIndexForward": not self.query.newest_first,
        }
        if self.query.index is not None:
            document["IndexName"] = self.query.index
        if self.query.consistent:
            document["ConsistentRead"] = True
        if self.conditions:
            document["FilterExpression"] = all_of(*self.conditions)(placeholders)
        return {**document, **placeholders.parameters()}

    def start(self, partition: str, place: Sequence[str]) -> Item:
        """Where to go on in a partition after an item, which may have been in another partition of the range."""
        places = zip(self.place_attributes, place, strict=True)
        return {self.partition_attribute: text(partition), **{name: text(value) for name, value in places}}

    @cached_property
    def identity(self) -> str:
        """What makes two ranges the same list: pattern, index, values, bounds and conditions."""
        values = {name: str(value) for name, value in sorted(self.values.items())}
        document = self.document("", "")
        return json.dumps([self.name, values, str(self.since), str(self.until), document], sort_keys=True)

    def _sort_conditions(self) -> list[Condition]:
        sort, attribute = self.query.key.sort, self.sort_attribute
        if sort is None or attribute is None:
            return []
        if self.query.between is None:
            prefix = sort.render_prefix({}) + self.beginning if self.query.sort_prefix is not None else ""
            return [begins_with(attribute, text(prefix))] if prefix else []
        lowest, highest = self._bounds(sort, self.query.between)
        if lowest and highest:
            return [between(attribute, text(lowest), text(highest))]
        if lowest:
            return [compare(attribute, ">=", text(lowest))]
        return [compare(attribute, "<=", text(highest))] if highest else []

    def _bounds(self, sort: KeyTemplate, field: str) -> tuple[str, str]:
        """Lowest and highest sort key; empty where there is no bound."""
        lowest = sort.render_prefix({field: self.since} if self.since is not None else {})
        if self.until is None:
            return lowest, sort.literal_prefix + _LAST if sort.literal_prefix else ""
        highest = sort.render_prefix({field: self.until})
        return lowest, highest if field == sort.fields[-1] else highest + _LAST


def _month_number(moment: datetime) -> int:
    in_utc = moment.astimezone(UTC)
    return in_utc.year * 12 + in_utc.month - 1


def _month_text(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
