"""The requests that access patterns are made of: what is read or written, and by which key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.entities import Entity, Unique
from tierstore.declaration.keys import Key
from tierstore.declaration.policies import KeySpace


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


class KeySpaceAction(StrEnum):
    """What happens to keys of a Redis key space."""

    READ = "read"
    WRITE = "write"
    FIND = "find"
    """Look for keys by their names, among those of all key spaces."""


@dataclass(frozen=True, kw_only=True)
class KeySpaceRequest:
    """Read or change keys of a Redis key space."""

    key_space: KeySpace
    actions: tuple[KeySpaceAction, ...] = (KeySpaceAction.READ, KeySpaceAction.WRITE)


Request: TypeAlias = Get | GetMany | GetByUnique | GetShards | Query | Write | ObjectRequest | KeySpaceRequest
