"""A repository whose reads come from cached copies, and whose writes end the copies of what they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tierstore.cache.entity_cache import EntityCache
from tierstore.core.context import Context
from tierstore.core.effects import Plan
from tierstore.core.retries import RetryPolicy
from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import KeyValue
from tierstore.dynamodb.changes import Change
from tierstore.dynamodb.expressions import Condition
from tierstore.dynamodb.items.codec import AnyEntity
from tierstore.dynamodb.repository import Repository


class CachedRepository(Repository):
    """Reads by key that need not be consistent come from the cache; everything else from the tables."""

    def __init__(self, context: Context, retries: RetryPolicy, cache: EntityCache) -> None:
        super().__init__(context, retries)
        self.cache = cache

    def get(
        self, entity: type[AnyEntity], key: Mapping[str, KeyValue], *, consistent: bool = False
    ) -> Plan[AnyEntity | None]:
        """The entity with this key, or None."""
        read = super().get
        if consistent:
            return read(entity, key, consistent=True)
        return self.cache.get(entity, key, lambda consistently: read(entity, key, consistent=consistently))

    def get_many(
        self, entity: type[AnyEntity], keys: Sequence[Mapping[str, KeyValue]], *, consistent: bool = False
    ) -> Plan[list[AnyEntity | None]]:
        """The entities with these keys, in the keys' order and None where there is none."""
        read = super().get_many
        if consistent:
            return read(entity, keys, consistent=True)
        return self.cache.get_many(
            entity, keys, lambda missing, consistently: read(entity, missing, consistent=consistently)
        )

    def write(self, *parts: Change[Any]) -> Plan[None]:
        """Make all changes or none."""
        changed = [part for part in parts if part.entries]
        versions = [_version_after(part.subject, part.result) for part in changed]
        return self.cache.writing([part.subject for part in changed], super().write(*parts), lambda _: versions)

    def migrate(self, change: Change[Any]) -> Plan[float]:
        """Make the change of one item to the declared schema version; the write units that it took."""
        version = _version_after(change.subject, change.result)
        return self.cache.writing([change.subject], super().migrate(change), lambda _: [version])

    def replace(
        self,
        entity: AnyEntity,
        *,
        condition: Condition | None = None,
        growing: Mapping[str, int] | None = None,
    ) -> Plan[AnyEntity]:
        """Write the entity whether or not it exists, and return it as it is stored then."""
        plan = super().replace(entity, condition=condition, growing=growing)
        return self.cache.writing([entity], plan, lambda stored: [stored.version])

    def replace_together(self, entity: AnyEntity, beside: Change[Any]) -> Plan[AnyEntity]:
        """Write the entity whether or not it exists, if the change beside it is made, and return it as it is then."""
        plan = super().replace_together(entity, beside)
        return self.cache.writing([entity], plan, lambda stored: [stored.version])

    def write_many(self, *, put: Sequence[Entity] = (), delete: Sequence[Entity] = ()) -> Plan[None]:
        """Put and delete many items in batches, each for itself and whatever its version."""
        versions = [*(entity.version for entity in put), *(_version_after(entity, None) for entity in delete)]
        return self.cache.writing([*put, *delete], super().write_many(put=put, delete=delete), lambda _: versions)


def _version_after(subject: Entity, result: Entity | None) -> int:
    return subject.version + 1 if result is None else result.version
