"""The cached copies of all entities that declare a cache policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tierstore.cache.batch import LoadMany, read_many
from tierstore.cache.claims import Claims
from tierstore.cache.copies import AnyEntity
from tierstore.cache.counts import CacheCounts
from tierstore.cache.invalidation import Invalidation
from tierstore.cache.local import LocalCopies
from tierstore.cache.reading import Load, read
from tierstore.cache.shelf import Key, Shelf
from tierstore.core.context import Context
from tierstore.core.effects import Plan, Result
from tierstore.declaration.entities import Entity
from tierstore.model.key_spaces import ENTITY_CACHE


class EntityCache:
    """Reads through copies, and writes so that no copy outlives what it is a copy of.

    Entities without a cache policy are read and written as if there were no cache.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._local = LocalCopies(clock=lambda: context.now().timestamp())
        self._claims = Claims(clock=lambda: context.now().timestamp())
        self._invalidation = Invalidation(context, self._local)
        self._shelves: dict[type[Entity], Shelf[Any] | None] = {}

    @property
    def counts(self) -> Mapping[str, CacheCounts]:
        """What became of the reads so far, by entity type."""
        return {entity.declaration.type: shelf.counts for entity, shelf in self._shelves.items() if shelf is not None}

    def get(self, entity: type[AnyEntity], key: Key, load: Load[AnyEntity]) -> Plan[AnyEntity | None]:
        """The item with this key or None; `load` reads it from its table, consistently if given true."""
        shelf = self._shelf(entity)
        return load(False) if shelf is None else read(shelf, self._invalidation, key, load)  # noqa: FBT003 - see Load

    def get_many(
        self, entity: type[AnyEntity], keys: Sequence[Key], load: LoadMany[AnyEntity]
    ) -> Plan[list[AnyEntity | None]]:
        """The items with these keys, in their order and None where there is none."""
        shelf = self._shelf(entity)
        return load(keys, False) if shelf is None else read_many(shelf, self._invalidation, keys, load)  # noqa: FBT003

    def writing(
        self, entities: Sequence[Entity], plan: Plan[Result], versions: Callable[[Result], Sequence[int]]
    ) -> Plan[Result]:
        """Run the plan that writes these entities; `versions` tells from its result which versions they have then.

        An item that is deleted has a version that no reader can have seen: one above its last.
        """
        named = [
            (index, shelf.name(entity.__dict__))
            for index, entity in enumerate(entities)
            if (shelf := self._shelf(type(entity))) is not None
        ]
        if not named:
            return plan

        def versions_by_name(result: Result) -> list[int]:
            given = versions(result)
            return [given[index] for index, _ in named]

        return self._invalidation.around([name for _, name in named], plan, versions_by_name)

    def forget(self, entity: type[Entity], keys: Sequence[Key]) -> Plan[None]:
        """Drop the copies of items that were changed by other means."""
        shelf = self._shelf(entity)
        names = [] if shelf is None else [shelf.name(key) for key in keys]
        if names:
            yield from self._invalidation.around(names, _nothing(), lambda _: [0] * len(names))

    def _shelf(self, entity: type[AnyEntity]) -> Shelf[AnyEntity] | None:
        try:
            return self._shelves[entity]
        except KeyError:
            policy = entity.declaration.cache
            shelf = None
            if policy is not None:
                space = policy.key_space or ENTITY_CACHE
                shelf = Shelf(
                    entity,
                    policy,
                    space=space,
                    context=self._context,
                    local=self._local,
                    claims=self._claims,
                )
            return self._shelves.setdefault(entity, shelf)


def _nothing() -> Plan[None]:
    yield from ()
