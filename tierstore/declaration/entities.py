"""Entities: typed items, and the keys by which a table and its indexes find them."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from reprlib import repr as shortened
from typing import Any, ClassVar, Final, dataclass_transform, get_args

from tierstore.declaration.annotations import kind_of
from tierstore.declaration.errors import DeclarationError, require_identifier
from tierstore.declaration.keys import SHARD, Key
from tierstore.declaration.kinds import Choice, Kind, Member, Truth
from tierstore.declaration.migrations import Migration, check_migrations
from tierstore.declaration.ownership import Ownership, require_ownership
from tierstore.declaration.policies import CachePolicy
from tierstore.declaration.tables import Table
from tierstore.errors import InvalidError

TYPE_ATTRIBUTE: Final = "type"
"""Item attribute that tells entities of one table apart."""
SCHEMA_VERSION_ATTRIBUTE: Final = "schema_version"
"""Item attribute with the entity's schema version at the time of writing."""


@dataclass(frozen=True)
class Sensitive:
    """Marks a field whose value never appears in logs, traces or error messages."""


SENSITIVE: Final = Sensitive()


@dataclass(frozen=True, kw_only=True)
class Unique:
    """A constraint: no two items of the entity share the key, kept by a guard item written in the same transaction."""

    name: str
    key: Key


@dataclass(frozen=True, kw_only=True)
class EntityDeclaration:
    """What an entity class declared: its place in a table, and the policies of its items."""

    type: str
    table: Table
    key: Key
    indexes: Mapping[str, Key]
    unique: tuple[Unique, ...]
    schema_version: int
    migrations: Mapping[int, Migration]
    """What makes an item of a version one of the next."""
    expires: bool
    cache: CachePolicy | None
    only_indexed_when: Mapping[str, Mapping[str, str]]
    typical_item_bytes: int
    field_types: Mapping[str, Any]
    kinds: Mapping[str, Kind]
    """What each field may hold."""
    sensitive: frozenset[str]
    """Fields whose values are never shown."""
    ownership: tuple[Ownership, ...]
    """Whose data an item is; a data model lists only entities that say so."""

    def key_in(self, index: str | None) -> Key:
        """The key in the index, or in the table where None; raises `KeyError` for an index that has no key."""
        return self.key if index is None else self.indexes[index]


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
@dataclass(frozen=True, kw_only=True)
class Entity:
    """Base of every entity: a frozen, keyword-only dataclass that knows where its items live.

    Class arguments: `table`; `type`, the name stored with each item; `key` in the table; `indexes`, the key in each
    index by the index's name; `only_indexed_when`, conditions `{index: {field: value}}` that keep an index sparse;
    `unique` constraints; `schema_version`, and `migrations` from older ones by the version that they start from;
    `expires` for items that carry a time to live; `cache`; `typical_item_bytes`, for capacity estimates;
    `ownership`, whose data an item is, which every entity of a data model has to tell.
    Raises `DeclarationError` at import for a key made of fields that the entity does not have, and for a hot key.
    """

    declaration: ClassVar[EntityDeclaration]

    version: int = 0
    """Grows by one with every write; optimistic locking compares it."""
    created_at: datetime = field(default_factory=_utc_now)
    updated_at: datetime = field(default_factory=_utc_now)
    expires_at: datetime | None = None
    """From when the item counts as absent, rounded up to a whole second; kept in the table's time-to-live attribute."""

    def __init_subclass__(
        cls,
        *,
        table: Table,
        type: str,  # noqa: A002 - the field's own term, and only a keyword here
        key: Key,
        indexes: Mapping[str, Key] | None = None,
        only_indexed_when: Mapping[str, Mapping[str, str]] | None = None,
        unique: tuple[Unique, ...] = (),
        schema_version: int = 1,
        migrations: Mapping[int, Migration] | None = None,
        expires: bool = False,
        cache: CachePolicy | None = None,
        typical_item_bytes: int = 1024,
        ownership: tuple[Ownership, ...] = (),
        **arguments: Any,
    ) -> None:
        super().__init_subclass__(**arguments)
        dataclass(frozen=True, kw_only=True, repr=False)(cls)
        hints = typing.get_type_hints(cls, include_extras=True)
        kinds = {f.name: kind_of(hints[f.name], f"entity {cls.__name__}: field {f.name!r}") for f in fields(cls)}
        cls.declaration = EntityDeclaration(
            type=type,
            table=table,
            key=key,
            indexes=dict(indexes or {}),
            unique=unique,
            schema_version=schema_version,
            migrations=dict(migrations or {}),
            expires=expires,
            cache=cache,
            only_indexed_when={name: dict(when) for name, when in (only_indexed_when or {}).items()},
            typical_item_bytes=typical_item_bytes,
            field_types={f.name: hints[f.name] for f in fields(cls)},
            kinds=kinds,
            sensitive=frozenset(name for name, hint in hints.items() if SENSITIVE in get_args(hint)),
            ownership=ownership,
        )
        _check(cls.__name__, cls.declaration)

    def __repr__(self) -> str:
        hidden = self.declaration.sensitive
        fields = (f"{name}={'<hidden>' if name in hidden else repr(value)}" for name, value in self.__dict__.items())
        return f"{type(self).__name__}({', '.join(fields)})"

    def __post_init__(self) -> None:
        values = self.__dict__
        declared = self.declaration
        for name, kind in declared.kinds.items():
            if values[name] not in kind:
                raise _refusal(self)
        if self.expires_at is not None:
            if not declared.expires:
                raise InvalidError(f"{type(self).__name__} never expires, so it takes no expires_at")
            part_of_second = timedelta(microseconds=self.expires_at.microsecond)
            if part_of_second:
                object.__setattr__(self, "expires_at", self.expires_at - part_of_second + timedelta(seconds=1))


def _refusal(entity: Entity) -> InvalidError:
    declared = entity.declaration
    problems = [
        f"{name} is {_shown(value, is_sensitive=name in declared.sensitive)}, allowed is {declared.kinds[name]}"
        for name, value in entity.__dict__.items()
        if value not in declared.kinds[name]
    ]
    return InvalidError(f"{type(entity).__name__}: " + "; ".join(problems))


def _shown(value: Any, *, is_sensitive: bool) -> str:
    return f"a {type(value).__name__} that is not shown" if is_sensitive else shortened(value)


def _check(name: str, declared: EntityDeclaration) -> None:
    where = f"entity {name}"
    require_identifier(declared.type, f"{where}, type {declared.type!r}")
    if declared.ownership:
        require_ownership(where, declared.ownership, declared.kinds)
    check_migrations(where, declared.schema_version, declared.migrations)
    if declared.expires and declared.table.time_to_live is None:
        raise DeclarationError(f"{where} expires, but table {declared.table.name!r} has no time_to_live attribute")
    _check_key(f"{where}, key in table {declared.table.name!r}", declared.key, declared, declared.table.sort_key)
    for index_name, index_key in declared.indexes.items():
        if index_key.shards is not None and index_key.shards.by is None:
            raise DeclarationError(
                f"{where}, index {index_name!r}: an update must find the item's shard again, so `shards` needs `by`"
            )
        try:
            index = declared.table.index(index_name)
        except KeyError:
            known = ", ".join(i.name for i in declared.table.indexes)
            raise DeclarationError(
                f"{where} has a key in index {index_name!r}, but table {declared.table.name!r} "
                f"has only: {known or 'none'}"
            ) from None
        _check_key(f"{where}, key in index {index_name!r}", index_key, declared, index.sort_key)
        local = index in declared.table.local_indexes
        if local and index_key.partition != declared.key.partition:
            raise DeclarationError(
                f"{where}: index {index_name!r} is local, so its partition key must be the table's, "
                f"{declared.key.partition.text!r}, not {index_key.partition.text!r}"
            )
    _check_names(where, declared)
    for unique in declared.unique:
        _check_unique(f"{where}, unique {unique.name!r}", unique, declared)
    for index_name, condition in declared.only_indexed_when.items():
        if index_name not in declared.indexes:
            raise DeclarationError(f"{where}: only_indexed_when names {index_name!r}, where the entity has no key")
        _require_fields(f"{where}, only_indexed_when {index_name!r}", condition, declared)


def _check_names(where: str, declared: EntityDeclaration) -> None:
    reserved = {TYPE_ATTRIBUTE, SCHEMA_VERSION_ATTRIBUTE, declared.table.time_to_live, *declared.table.key_attributes}
    if taken := sorted(name for name in declared.kinds if name in reserved):
        raise DeclarationError(
            f"{where}: {', '.join(map(repr, taken))} is an attribute that every item of table {declared.table.name!r} "
            "has beside its fields; give the field another name"
        )


def _check_key(where: str, key: Key, declared: EntityDeclaration, sort_key: str | None) -> None:
    if (key.sort is None) != (sort_key is None):
        wanted = "none" if sort_key is None else f"one for attribute {sort_key!r}"
        given = "none" if key.sort is None else repr(key.sort.text)
        raise DeclarationError(f"{where}: the sort key is {given}, needed is {wanted}")
    _require_fields(where, key.fields, declared)
    _check_shards(where, key)
    partition = key.partition.fields
    if key.shards is None and partition and all(_has_few_values(f, key, declared) for f in partition):
        raise DeclarationError(
            f"{where}: {key.partition.text!r} has few values, so one partition would take all the traffic; "
            f"add {{{SHARD}}} and `shards`"
        )


def _check_unique(where: str, unique: Unique, declared: EntityDeclaration) -> None:
    _check_key(where, unique.key, declared, declared.table.sort_key)
    if declared.expires:
        raise DeclarationError(
            f"{where}: the entity expires, so DynamoDB would delete its items and leave their guards, which keep the "
            "values for ever"
        )


def _check_shards(where: str, key: Key) -> None:
    if (
        key.shards is not None
        and key.shards.by is not None
        and key.shards.by not in (key.sort.fields if key.sort else ())
    ):
        raise DeclarationError(
            f"{where}: the sort key lacks {key.shards.by!r}, by which the shards are chosen; "
            "without it a list of all shards has no order of its own, and no place to go on from"
        )


def _require_fields(where: str, names: typing.Iterable[str], declared: EntityDeclaration) -> None:
    missing = [name for name in names if name not in declared.field_types]
    if missing:
        raise DeclarationError(
            f"{where}: no field {', '.join(map(repr, missing))}; "
            f"the entity has {', '.join(sorted(declared.field_types))}"
        )


def _has_few_values(name: str, key: Key, declared: EntityDeclaration) -> bool:
    if any(p.field == name and p.format == "month" for p in key.partition.placeholders):
        return True
    return isinstance(declared.kinds[name], Choice | Member | Truth)
