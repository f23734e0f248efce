"""The attributes of an item that hold a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from tierstore.declaration.entities import TYPE_ATTRIBUTE, Entity
from tierstore.declaration.keys import Key, KeyValue
from tierstore.declaration.tables import GlobalIndex
from tierstore.dynamodb.items.attribute_values import Item, text
from tierstore.errors import InvalidError


class KeyAttributes:
    """The attributes that hold an entity's key in the table, in one index, or of one guard."""

    def __init__(self, entity: type[Entity], key: Key, index: str | None = None) -> None:
        table = entity.declaration.table
        self._entity = entity.__name__
        self._key = key
        self._fields = key.fields
        self._partition_key: str | None = table.partition_key
        self._sort_key = table.sort_key
        if index is not None:
            declared = table.index(index)
            # A local index has the table's.
            self._partition_key = declared.partition_key if isinstance(declared, GlobalIndex) else None
            self._sort_key = declared.sort_key

    @property
    def names(self) -> tuple[str, ...]:
        """Of the attributes."""
        return tuple(name for name in (self._partition_key, self._sort_key) if name is not None)

    def applies_to(self, values: Mapping[str, Any]) -> bool:
        """Whether the values have every part of the key; without one the item is not in the index."""
        return all(values[field] is not None for field in self._fields)

    def render(self, values: Mapping[str, KeyValue]) -> Item:
        """The key's attributes; raises `InvalidError` for values that cannot be a key."""
        try:
            partition, sort = self._key.render(values)
        except ValueError as error:
            raise InvalidError(f"{self._entity}: {error}") from None
        item: Item = {}
        if self._partition_key is not None:
            item[self._partition_key] = text(partition)
        if self._sort_key is not None and sort is not None:
            item[self._sort_key] = text(sort)
        return item


class Guard(NamedTuple):
    """The item that keeps one value of a unique constraint for one entity."""

    key: Item
    owner: Item
    """Attributes that lead to the entity."""

    @property
    def item(self) -> Item:
        """The whole item."""
        return {**self.key, TYPE_ATTRIBUTE: text("guard"), **self.owner}
