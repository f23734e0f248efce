"""Access patterns: the only requests that an application may make, each declared with the keys that serve it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tierstore.declaration.entities import Entity
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import Key
from tierstore.declaration.requests import (
    Get,
    GetByUnique,
    GetMany,
    GetShards,
    KeySpaceRequest,
    ObjectRequest,
    Query,
    Request,
    Write,
    WriteItem,
    WriteKind,
)
from tierstore.declaration.tables import LocalIndex, Table


@dataclass(frozen=True, kw_only=True)
class AccessPattern:
    """One thing that the application does with its data, and the requests that serve it.

    `id` is the number by which people speak of it; `name` is the method that runs it, `<group>.<method>`.
    Raises `DeclarationError` for a request that no key or index serves.
    """

    id: str
    name: str
    title: str
    requests: tuple[Request, ...]

    def __post_init__(self) -> None:
        where = f"access pattern {self.id} {self.name}"
        group, dot, method = self.name.partition(".")
        if not (dot and group.isidentifier() and method.isidentifier()):
            raise DeclarationError(f"{where}: the name must be <group>.<method>, such as users.by_email")
        if not self.requests:
            raise DeclarationError(f"{where} has no request")
        for request in self.requests:
            _check_request(where, request)

    @property
    def group(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def entities(self) -> Iterator[type[Entity]]:
        """Every entity that the pattern reads or writes; one may come more than once."""
        for request in self.requests:
            match request:
                case (
                    Get(entity=entity) | GetMany(entity=entity) | GetByUnique(entity=entity) | GetShards(entity=entity)
                ):
                    yield entity
                case Query(entities=entities):
                    yield from entities
                case Write(items=items):
                    yield from (item.entity for item in items)

    @property
    def indexes(self) -> Iterator[tuple[Table, str]]:
        """Every index that the pattern reads, with its table."""
        for request in self.requests:
            if isinstance(request, Query) and request.index is not None:
                yield request.entities[0].declaration.table, request.index


def _check_request(where: str, request: Request) -> None:
    match request:
        case GetByUnique(entity=entity, unique=name):
            known = [unique.name for unique in entity.declaration.unique]
            if name not in known:
                raise DeclarationError(
                    f"{where}: {entity.__name__} has no unique constraint {name!r}; it has {', '.join(known) or 'none'}"
                )
        case GetShards(entity=entity) if entity.declaration.key.shards is None:
            raise DeclarationError(f"{where}: {entity.__name__} has no shards in its table key; use Get")
        case Query():
            _check_query(where, request)
        case Write(items=items):
            _check_write(where, items)
            if request.in_batches:
                _check_batch(where, items)
        case ObjectRequest(actions=actions) if not actions:
            raise DeclarationError(f"{where} names no object action")
        case KeySpaceRequest(actions=actions) if not actions:
            raise DeclarationError(f"{where} names no action on its key space")
        case _:
            pass


def _check_write(where: str, items: tuple[WriteItem, ...]) -> None:
    if not items:
        raise DeclarationError(f"{where} writes nothing")
    for item in items:
        unknown = [name for name in item.fields if name not in item.entity.declaration.field_types]
        if unknown:
            raise DeclarationError(f"{where} updates {', '.join(unknown)}, which {item.entity.__name__} does not have")
        if item.kind is WriteKind.ADD and item.entity.declaration.migrations:
            raise DeclarationError(
                f"{where} adds to {item.entity.__name__} without reading it, so an item of an older schema version "
                "would be added to as it is; a counter has no migrations"
            )


def _check_batch(where: str, items: tuple[WriteItem, ...]) -> None:
    for item in items:
        if item.kind not in (WriteKind.PUT, WriteKind.DELETE) or item.guards:
            raise DeclarationError(
                f"{where}: a batch cannot {item.kind} {item.entity.__name__}; "
                "it puts and deletes items without unique constraints, whatever their version"
            )


def _check_query(where: str, query: Query) -> None:
    if not query.entities:
        raise DeclarationError(f"{where}: a query reads at least one entity")
    tables = {entity.declaration.table.name for entity in query.entities}
    if len(tables) > 1:
        raise DeclarationError(f"{where}: one query cannot read several tables: {', '.join(sorted(tables))}")
    served = query.index if query.index is not None else "the table's key"
    for entity in query.entities:
        if query.index is not None and query.index not in entity.declaration.indexes:
            has = ", ".join(entity.declaration.indexes) or "none"
            raise DeclarationError(
                f"{where}: no index serves it: {entity.__name__} has no key in {query.index!r} (its indexes: {has})"
            )
    partitions = {_shape(entity.declaration.key_in(query.index)) for entity in query.entities}
    if len(partitions) > 1:
        raise DeclarationError(
            f"{where}: its entities do not share a partition of {served}: {', '.join(sorted(partitions))}"
        )
    sort = query.key.sort
    for name in (query.sort_prefix, query.between):
        if name is not None and (sort is None or name not in sort.fields):
            raise DeclarationError(
                f"{where}: {name!r} is no field of the sort key of {served}, {sort.text if sort else 'none'!r}"
            )
    if query.consistent and query.index is not None:
        index = query.entities[0].declaration.table.index(query.index)
        if not isinstance(index, LocalIndex):
            raise DeclarationError(
                f"{where}: a global index ({query.index!r}) cannot be read consistently; use the table or a local index"
            )


def _shape(key: Key) -> str:
    """The partition template without its field names: `USER#{id}` and `USER#{user_id}` make one item collection."""
    template = key.partition
    text = template.text
    for placeholder in template.placeholders:
        suffix = f":{placeholder.format}" if placeholder.format else ""
        text = text.replace(f"{{{placeholder.field}{suffix}}}", f"{{{suffix}}}")
    return text
