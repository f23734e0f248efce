"""DynamoDB's answers that hold items, as msgspec decodes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from tierstore.dynamodb.items.attribute_values import AttributeValue

Structured = TypeVar("Structured")
"""An item, decoded as the structure of its entity."""
Other = TypeVar("Other")


class ItemAnswer(msgspec.Struct, Generic[Structured]):
    """Of `GetItem`."""

    Item: Structured | None = None

    def with_items(self, change: Callable[[Structured], Other]) -> ItemAnswer[Other]:
        """The same answer with what `change` makes of its items; so in the next two."""
        return ItemAnswer(Item=None if self.Item is None else change(self.Item))


class ItemsAnswer(msgspec.Struct, Generic[Structured]):
    """Of `Query`."""

    Items: list[Structured]
    LastEvaluatedKey: dict[str, AttributeValue] | None = None

    def with_items(self, change: Callable[[Structured], Other]) -> ItemsAnswer[Other]:
        """See `ItemAnswer`."""
        return ItemsAnswer(Items=[change(item) for item in self.Items], LastEvaluatedKey=self.LastEvaluatedKey)


class BatchAnswer(msgspec.Struct, Generic[Structured]):
    """Of `BatchGetItem`."""

    Responses: dict[str, list[Structured]]
    """By table."""
    UnprocessedKeys: dict[str, dict[str, Any]] = {}

    def with_items(self, change: Callable[[Structured], Other]) -> BatchAnswer[Other]:
        """See `ItemAnswer`."""
        changed = {table: [change(item) for item in items] for table, items in self.Responses.items()}
        return BatchAnswer(Responses=changed, UnprocessedKeys=self.UnprocessedKeys)
