"""Entities in their tables: what the operations of every domain are made of, as plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tierstore.core.context import Context
from tierstore.core.effects import Plan
from tierstore.core.pages import Page
from tierstore.core.retries import RetryPolicy
from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import KeyValue
from tierstore.dynamodb import changes, counting, querying, reading, replacing, writing
from tierstore.dynamodb.changes import Change
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.expressions import Condition
from tierstore.dynamodb.items.codec import AnyEntity
from tierstore.dynamodb.ranges import Range


class Repository:
    """Reads and writes entities; whatever reads or writes them otherwise, such as a cache, wraps it."""

    def __init__(self, context: Context, retries: RetryPolicy) -> None:
        self.database = Database(context=context, retries=retries)

    @property
    def now(self) -> datetime:
        """The current moment."""
        return self.database.context.now()

    def get(
        self, entity: type[AnyEntity], key: Mapping[str, KeyValue], *, consistent: bool = False
    ) -> Plan[AnyEntity | None]:
        """The entity with this key, or None."""
        return reading.get(self.database, entity, key, consistent=consistent)

    def get_many(
        self, entity: type[AnyEntity], keys: Sequence[Mapping[str, KeyValue]], *, consistent: bool = False
    ) -> Plan[list[AnyEntity | None]]:
        """The entities with these keys, in the keys' order and None where there is none."""
        return reading.get_many(self.database, entity, keys, consistent=consistent)

    def get_by_unique(
        self, entity: type[AnyEntity], unique: str, values: Mapping[str, KeyValue]
    ) -> Plan[AnyEntity | None]:
        """The entity that holds these values of a unique constraint, or None."""
        return reading.get_by_unique(self.database, entity, unique, values)

    def page(self, wanted: Range, *, limit: int, cursor: str | None) -> Plan[Page[Any]]:
        """One page of a list."""
        return querying.read_page(self.database, wanted, limit=limit, cursor=cursor)

    def write(self, *parts: Change[Any]) -> Plan[None]:
        """Make all changes or none."""
        return writing.write(self.database, parts)

    def migrate(self, change: Change[Any]) -> Plan[float]:
        """Make the change of one item to the declared schema version; the write units that it took."""
        return writing.write_metered(self.database, change)

    def create(self, entity: AnyEntity) -> Plan[AnyEntity]:
        """Create the entity, which must not exist yet."""
        change = changes.create(entity, now=self.now)
        yield from self.write(change)
        return change.result

    def update(self, entity: AnyEntity, **values: Any) -> Plan[AnyEntity]:
        """Change fields of an entity that nobody changed since it was read."""
        change = changes.update(entity, now=self.now, **values)
        yield from self.write(change)
        return change.result

    def delete(self, entity: Entity) -> Plan[None]:
        """Delete an entity that nobody changed since it was read."""
        return self.write(changes.delete(entity))

    def replace(
        self,
        entity: AnyEntity,
        *,
        condition: Condition | None = None,
        growing: Mapping[str, int] | None = None,
    ) -> Plan[AnyEntity]:
        """Write the entity whether or not it exists, and return it as it is stored then."""
        return replacing.replace_item(self.database, entity, condition=condition, growing=growing)

    def replace_together(self, entity: AnyEntity, beside: Change[Any]) -> Plan[AnyEntity]:
        """Write the entity whether or not it exists, if the change beside it is made, and return it as it is then."""
        return replacing.replace_together(self.database, entity, beside)

    def write_many(self, *, put: Sequence[Entity] = (), delete: Sequence[Entity] = ()) -> Plan[None]:
        """Put and delete many items in batches, each for itself and whatever its version."""
        return writing.write_many(self.database, put=put, delete=delete)

    def delete_by_keys(self, entity: type[Entity], keys: Sequence[Mapping[str, KeyValue]]) -> Plan[None]:
        """Delete many items by their keys, shards of counters too."""
        return writing.delete_by_keys(self.database, entity, keys)

    def add(self, counter: Entity, field: str, amount: int) -> Plan[None]:
        """Add to a sharded counter."""
        return counting.add(self.database, counter, field, amount)

    def total(self, entity: type[Entity], key: Mapping[str, KeyValue], field: str) -> Plan[int]:
        """The value of a sharded counter."""
        return counting.total(self.database, entity, key, field)
