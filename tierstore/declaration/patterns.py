"""Access patterns: the only requests that an application may make, each declared with the keys that serve it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.entities import Entity, Unique
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import Key
from tierstore.declaration.policies import KeySpace
from tierstore.declaration.tables import LocalIndex, Table


@dataclass(frozen=True, kw_only=True)
class Get:
    """Read one item by its whole key: one `GetItem`."""

    entity: type[Entity]
    consistent: bool = False


@dataclass(frozen=True, kw_only=True)
class GetMany:
    """Read many items by their whole keys: a `BatchGetItem` for every 100."""

    entity: type[Entity]


@dataclass(frozen=True, kw_only=True)
class GetByUnique:
    """Read one item by a unique constraint: a consistent `GetItem` of the guard, then one of the item."""

    entity: type[Entity]
    unique: str


@dataclass(frozen=True, kw_only=True)
class GetShards:
    """Read every shard of a sharded item in one `BatchGetItem`."""

    entity: type[Entity]


@dataclass(frozen=True, kw_only=True)
class Query:
    """Read a range of one item collection, one `Query` per shard and bucket of the partition key.

    `sort_prefix` bounds the range to keys that begin with the template's text up to that field (a caller gives the
    beginning of its value); `between` lets a caller give a lower and an upper bound of a field.
    """

    entities: tuple[type[Entity], ...]
    index: str | None = None
    sort_prefix: str | None = None
    between: str | None = None
    newest_first: bool = False
    consistent: bool = False

    @property
    def key(self) -> Key:
        """The key that the query reads by: the first entity's, whose partition all the others share."""
        return self.entities[0].declaration.key_in(self.index)


class WriteKind(StrEnum):
    """How one item of a write changes."""

    CREATE = "create"
    """Must not exist yet."""
    UPDATE = "update"
    """Must exist, at the version that the caller read."""
    PUT = "put"
    """Whether or not it exists."""
    ADD = "add"
    """A number grows; the item appears with its first addition."""
    DELETE = "delete"
    CHECK = "check"
    """Stays as it is; the write fails where its condition does not hold."""


@dataclass(frozen=True, kw_only=True)
class WriteItem:
    """One entity's part of a write."""

    kind: WriteKind
    entity: type[Entity]
    fields: tuple[str, ...] = ()
    """The fields that an update may change; any where empty."""
    condition: str | None = None
    """What must hold besides, told to readers of the documentation."""

    @property
    def guards(self) -> tuple[Unique, ...]:
        """The unique constraints whose guard items are written along."""
        if self.kind is WriteKind.CHECK:
            return ()
        unique = self.entity.declaration.unique
        if self.kind is not WriteKind.UPDATE or not self.fields:
            return unique
        return tuple(constraint for constraint in unique if set(constraint.key.fields) & set(self.fields))


@dataclass(frozen=True, kw_only=True)
class Write:
    """Change one item, or several in one `TransactWriteItems`; guards of unique constraints join by themselves."""

    items: tuple[WriteItem, ...]
    in_batches: bool = False
    """Any number of items, each for itself: a `BatchWriteItem` for every 25."""

    @property
    def is_transaction(self) -> bool:
        """Whether more than one item is written: several entities, or one and its guards."""
        return not self.in_batches and (len(self.items) > 1 or any(item.guards for item in self.items))


def create(entity: type[Entity]) -> WriteItem:
    """An item that must not exist yet."""
    return WriteItem(kind=WriteKind.CREATE, entity=entity)


def update(entity: type[Entity], *fields: str, condition: str | None = None) -> WriteItem:
    """An item that must exist, at the version that the caller read, and changes in `fields` (in any where none)."""
    return WriteItem(kind=WriteKind.UPDATE, entity=entity, fields=fields, condition=condition)


def put(entity: type[Entity], *, condition: str | None = None) -> WriteItem:
    """An item that may or may not exist."""
    return WriteItem(kind=WriteKind.PUT, entity=entity, condition=condition)


def add(entity: type[Entity]) -> WriteItem:
    """A number that grows."""
    return WriteItem(kind=WriteKind.ADD, entity=entity)


def delete(entity: type[Entity]) -> WriteItem:
    """An item that goes."""
    return WriteItem(kind=WriteKind.DELETE, entity=entity)


def check(entity: type[Entity], *, condition: str) -> WriteItem:
    """An item that stays as it is, and on which the write depends."""
    return WriteItem(kind=WriteKind.CHECK, entity=entity, condition=condition)


def write(*items: WriteItem) -> Write:
    """A `Write` of the items, together."""
    return Write(items=items)


def write_many(*items: WriteItem) -> Write:
    """A `Write` of many items of these kinds, each for itself."""
    return Write(items=items, in_batches=True)


class ObjectAction(StrEnum):
    """What happens to an object of a bucket."""

    READ = "read"
    """Its content and what is known of it, also that there is none."""
    WRITE = "write"
    """Store it, also in parts, which may be thrown away."""
    RESUME = "resume"
    """See which parts were stored, to go on with them."""
    DELETE = "delete"
    VERSIONS = "versions"
    """List what it was before, and read that."""
    ERASE = "erase"
    """List and delete every version, and throw away what was sent in parts and never put together."""


@dataclass(frozen=True, kw_only=True)
class ObjectRequest:
    """Read, write or delete objects of a bucket."""

    bucket: Bucket
    actions: tuple[ObjectAction, ...]


@dataclass(frozen=True, kw_only=True)
class KeySpaceRequest:
    """Read or change keys of a Redis key space."""

    key_space: KeySpace


Request: TypeAlias = Get | GetMany | GetByUnique | GetShards | Query | Write | ObjectRequest | KeySpaceRequest


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
