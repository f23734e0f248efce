"""Reading a range page by page, in order, however many partitions it is spread over."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

from msgspec import Struct

from tierstore.core.effects import Plan, together
from tierstore.core.pages import Page
from tierstore.declaration.entities import TYPE_ATTRIBUTE, Entity
from tierstore.dynamodb.cursors import Cursors
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.effects import as_document
from tierstore.dynamodb.items.answers import ItemsAnswer
from tierstore.dynamodb.items.codec import codec_of
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
    contents = _contents_of(wanted.query.entities)
    place = cursors.open(wanted.identity, cursor) if cursor is not None else None
    reader = _Reader(database, wanted, contents.answer, place)
    found: list[Entity] = []
    while items := (yield from reader.read(limit - len(found))):
        for position, item in enumerate(items, start=1):
            entity = contents.entity(item)
            if not (wanted.with_expired or database.is_live(entity)):
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

    def __init__(
        self,
        database: Database,
        wanted: Range,
        decode: Callable[[bytes], ItemsAnswer[Struct]],
        place: tuple[str, ...] | None,
    ) -> None:
        self._database = database
        self._wanted = wanted
        self._decode = decode
        self._order: Callable[[Any], str] = attrgetter(f"{wanted.place_attributes[0]}.S")
        self._table = database.table(wanted.query.entities[0])
        month, *keys = place or ("",)
        self._months = wanted.months(database.context.now(), beginning_with=month)[::-1]
        self._open_next_month(keys)

    @property
    def has_more(self) -> bool:
        """Whether anything may be left to read."""
        return bool(self._months) or self._month_has_more

    def read(self, count: int) -> Plan[list[Struct]]:
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

    def place_of(self, item: Struct) -> tuple[str, ...]:
        """Where to go on after an item."""
        return (self._month, *(getattr(item, name).S for name in self._wanted.place_attributes))

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
        answers = yield from together(
            [self._database.ask_for(self._decode, "Query", partition.request(limit)) for partition in empty]
        )
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


class _OneEntity:
    """Reads the items of a query that finds one entity."""

    def __init__(self, entity: type[Entity]) -> None:
        codec = codec_of(entity)
        self.answer: Callable[[bytes], ItemsAnswer[Struct]] = codec.items_answer
        self.entity: Callable[[Struct], Entity] = codec.from_structure


class _SeveralEntities:
    """Reads the items of a query that finds several, by their types; others, of a later release, are passed over."""

    def __init__(self, entities: tuple[type[Entity], ...]) -> None:
        codecs = [codec_of(entity) for entity in entities]
        self._by_type = {codec.declared.type: codec for codec in codecs}
        self._by_structure = {codec.structure: codec for codec in codecs}

    def answer(self, body: bytes) -> ItemsAnswer[Struct]:
        document = as_document(body)
        known = [
            (codec, item)
            for item in document["Items"]
            if (codec := self._by_type.get(item.get(TYPE_ATTRIBUTE, {}).get("S"))) is not None
        ]
        structured = [codec.structured(item) for codec, item in known]
        return ItemsAnswer(Items=structured, LastEvaluatedKey=document.get("LastEvaluatedKey"))

    def entity(self, item: Struct) -> Entity:
        return self._by_structure[type(item)].from_structure(item)


def _contents_of(entities: tuple[type[Entity], ...]) -> _OneEntity | _SeveralEntities:
    return _OneEntity(entities[0]) if len(entities) == 1 else _SeveralEntities(entities)
