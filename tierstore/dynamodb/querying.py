"""Reading a range page by page, in order, however many partitions it is spread over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tierstore.core.effects import Plan, together
from tierstore.core.pages import Page
from tierstore.declaration.entities import TYPE_ATTRIBUTE, Entity
from tierstore.dynamodb.attribute_values import Item
from tierstore.dynamodb.codec import codec_of
from tierstore.dynamodb.cursors import Cursors
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.merging import Partition, take_in_order
from tierstore.dynamodb.ranges import Range
from tierstore.errors import InvalidError

MAXIMUM_LIMIT: Final = 1000
"""Items of one page; a longer list is read page by page."""


def read_page(database: Database, wanted: Range, *, limit: int, cursor: str | None) -> Plan[Page[Any]]:
    """Exactly `limit` items of the range that count, or all that are left.

    Expired items and those that do not meet the range's conditions do not count; pages in between are read on.
    Raises `InvalidError` for a limit out of bounds and `InvalidCursorError` for a cursor of another range.
    """
    if not 1 <= limit <= MAXIMUM_LIMIT:
        raise InvalidError(f"{wanted.name}: limit is {limit}, allowed is 1 to {MAXIMUM_LIMIT}")
    cursors = Cursors.of(database.context.connection)
    reader = _Reader(database, wanted, cursors.open(wanted.identity, cursor) if cursor is not None else None)
    decode = _decoder(wanted.query.entities)
    found: list[Entity] = []
    while items := (yield from reader.read(limit - len(found))):
        for position, item in enumerate(items, start=1):
            entity = decode(item)
            if entity is None or not database.is_live(entity):
                continue
            found.append(entity)
            if len(found) == limit:
                is_last = position == len(items) and not reader.has_more
                sealed = None if is_last else cursors.seal(wanted.identity, reader.place_of(item))
                return Page(items=tuple(found), cursor=sealed)
    return Page(items=tuple(found), cursor=None)


class _Reader:
    """Reads a range month by month, the shards of a month together, and merges them in order.

    Holds no more than one page of each shard.
    """

    def __init__(self, database: Database, wanted: Range, place: tuple[str, ...] | None) -> None:
        self._database = database
        self._wanted = wanted
        self._sort_attribute = wanted.place_attributes[0]
        self._table = database.table(wanted.query.entities[0])
        month, *keys = place or ("",)
        self._months = wanted.months(database.context.now(), beginning_with=month)[::-1]
        self._open_next_month(keys)

    @property
    def has_more(self) -> bool:
        """Whether anything may be left to read."""
        return bool(self._months) or self._month_has_more

    def read(self, count: int) -> Plan[list[Item]]:
        """Some of the next items in order, about `count`; none only at the end."""
        while True:
            while self._month_has_more:
                yield from self._read_on(count)
                if any(partition.is_empty for partition in self._partitions):
                    continue
                if items := take_in_order(self._partitions, self._order, descending=self._wanted.query.newest_first):
                    return items
            if not self._months:
                return []
            self._open_next_month([])

    def place_of(self, item: Item) -> tuple[str, ...]:
        """Where to go on after an item."""
        return (self._month, *(item[name]["S"] for name in self._wanted.place_attributes))

    def _order(self, item: Item) -> str:
        order: str = item[self._sort_attribute]["S"]
        return order

    @property
    def _month_has_more(self) -> bool:
        return any(part.ready or not part.is_exhausted for part in self._partitions)

    def _open_next_month(self, keys: list[str]) -> None:
        self._month = self._months.pop()
        self._rounds = 0
        self._partitions = [
            Partition(self._wanted.document(self._table, name), self._wanted.start(name, keys) if keys else None)
            for name in self._wanted.partitions(self._month)
        ]

    def _read_on(self, count: int) -> Plan[None]:
        """Read every partition of which nothing is left."""
        empty = [partition for partition in self._partitions if partition.is_empty]
        limit = self._limit(count)
        answers = yield from together([self._database.ask("Query", partition.request(limit)) for partition in empty])
        for partition, answer in zip(empty, answers, strict=True):
            partition.receive(answer)

    def _limit(self, count: int) -> int:
        """How many items to ask of each partition.

        Twice its share, since an uneven spread would cost another round; and more each time where conditions sort out.
        """
        partitions = len(self._partitions)
        share = count if partitions == 1 else min(count, 2 * (count // partitions + 1))
        if self._wanted.conditions:
            share <<= self._rounds
            self._rounds += 1
        return min(share, MAXIMUM_LIMIT)


def _decoder(entities: tuple[type[Entity], ...]) -> Callable[[Item], Entity | None]:
    """Decodes an item of any of the entities; None for one of another, which a later release put beside them."""
    if len(entities) == 1:
        return codec_of(entities[0]).decode
    decoders = {entity.declaration.type: codec_of(entity).decode for entity in entities}

    def decode(item: Item) -> Entity | None:
        decoder = decoders.get(item.get(TYPE_ATTRIBUTE, {}).get("S", ""))
        return None if decoder is None else decoder(item)

    return decode
