"""The entity cache, for what the other groups do not read or write for themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tierstore.cache.counts import CacheCounts
from tierstore.cache.entity_cache import EntityCache
from tierstore.core.effects import Plan
from tierstore.core.operation import Group, Mode, Runner, operation
from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import KeyValue
from tierstore.dynamodb.items.codec import AnyEntity
from tierstore.dynamodb.repository import Repository
from tierstore.errors import InvalidError
from tierstore.model.real_time import CACHED


class Cache(Group[Mode]):
    """Copies of the entities that the pattern `cache.entities` declares."""

    def __init__(self, runner: Runner, items: Repository, cache: EntityCache) -> None:
        super().__init__(runner)
        self._items = items
        self._cache = cache

    @property
    def counts(self) -> Mapping[str, CacheCounts]:
        """What became of the reads of this process, by entity type."""
        return self._cache.counts

    @operation
    def entities(self, entity: type[AnyEntity], keys: Sequence[Mapping[str, KeyValue]]) -> Plan[list[AnyEntity | None]]:
        """Many entities at once, in the keys' order and None where there is none: `entities(User, [{"id": "1"}])`.

        Raises `InvalidError` for an entity that the pattern does not declare.
        """
        _require_declared(entity)
        return self._items.get_many(entity, keys)

    @operation
    def forget(self, entity: type[Entity], keys: Sequence[Mapping[str, KeyValue]]) -> Plan[None]:
        """Drop the copies of entities that were changed by other means than this library, such as a restore."""
        _require_declared(entity)
        return self._cache.forget(entity, keys)


def _require_declared(entity: type[Entity]) -> None:
    if entity not in CACHED:
        raise InvalidError(
            f"{entity.__name__} is not read many at a time; declared are {', '.join(each.__name__ for each in CACHED)}"
        )
