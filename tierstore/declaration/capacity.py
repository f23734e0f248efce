"""What a request costs in DynamoDB's capacity units, estimated from the declared sizes of items.

Read units count 4 KB, half for an eventually consistent read; write units count 1 KB, twice in a transaction; each
index that an item is in costs a write of its own (Amazon DynamoDB Developer Guide, "Read/write capacity").
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

from tierstore.declaration.entities import Entity
from tierstore.declaration.requests import (
    Get,
    GetByUnique,
    GetMany,
    GetShards,
    Query,
    Request,
    Write,
    WriteItem,
    WriteKind,
)

READ_UNIT_BYTES: Final = 4096
WRITE_UNIT_BYTES: Final = 1024
GUARD_BYTES: Final = 200
"""A guard item of a unique constraint holds little but its keys."""
PAGE_ITEMS: Final = 20
"""Items of a page for which the cost of a query is told."""


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Read and write request units of one call."""

    read: float = 0
    write: float = 0

    def __add__(self, other: Capacity) -> Capacity:
        return Capacity(read=self.read + other.read, write=self.write + other.write)


def capacity_of(request: Request) -> Capacity:  # noqa: PLR0911 - one answer a kind of request
    """The units of one call of `request`; a query returns one page of `PAGE_ITEMS` items, a batch as many."""
    match request:
        case Get(entity=entity, consistent=consistent):
            return Capacity(read=_read_units(_bytes(entity), consistent=consistent))
        case GetMany(entity=entity):
            return Capacity(read=PAGE_ITEMS * _read_units(_bytes(entity), consistent=False))
        case GetByUnique(entity=entity):
            guard = _read_units(GUARD_BYTES, consistent=True)
            return Capacity(read=guard + _read_units(_bytes(entity), consistent=True))
        case GetShards(entity=entity):
            shards = entity.declaration.key.shards
            assert shards is not None  # noqa: S101 - the pattern is refused otherwise
            return Capacity(read=shards.count * _read_units(_bytes(entity), consistent=False))
        case Query():
            return Capacity(read=_query_units(request))
        case Write(items=items):
            factor = 2 if request.is_transaction else 1
            return Capacity(write=factor * sum(_write_units(item) for item in items))
        case _:
            return Capacity()


def _bytes(entity: type[Entity]) -> int:
    return entity.declaration.typical_item_bytes


def _read_units(size: int, *, consistent: bool) -> float:
    return ceil(size / READ_UNIT_BYTES) * (1 if consistent else 0.5)


def _query_units(query: Query) -> float:
    partitions = query.key.shards.count if query.key.shards else 1
    largest = max(_bytes(entity) for entity in query.entities)
    return partitions * _read_units(ceil(PAGE_ITEMS / partitions) * largest, consistent=query.consistent)


def _write_units(item: WriteItem) -> int:
    declared = item.entity.declaration
    units = ceil(declared.typical_item_bytes / WRITE_UNIT_BYTES)
    if item.kind is WriteKind.CHECK:
        return units
    guards = ceil(GUARD_BYTES / WRITE_UNIT_BYTES) * len(item.guards)
    return units * (1 + len(declared.indexes)) + guards
