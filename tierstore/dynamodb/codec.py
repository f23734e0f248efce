"""From an entity to its item, with every key and attribute that the declaration promises, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Final, Generic, NamedTuple, TypeVar

from tierstore.declaration.entities import SCHEMA_VERSION_ATTRIBUTE, TYPE_ATTRIBUTE, Entity
from tierstore.declaration.keys import Key, KeyValue
from tierstore.declaration.kinds import Maybe, SetOf
from tierstore.declaration.tables import GlobalIndex
from tierstore.dynamodb.attribute_values import AttributeValue, Item, UnstorableError, number, text
from tierstore.dynamodb.fields import TIME_TO_LIVE, form_of
from tierstore.dynamodb.sizes import require_size
from tierstore.errors import CorruptError, InvalidError

AnyEntity = TypeVar("AnyEntity", bound=Entity)

_EXPIRY: Final = "expires_at"
_ALWAYS_WRITTEN: Final = frozenset({"version", "created_at", "updated_at"})
_UNREADABLE: Final = (KeyError, ValueError, TypeError, ArithmeticError)
"""What decoding raises for something that was not encoded here."""
_OWNER: Final = "owner_"
"""Begins the attributes with which a guard item names its entity's key."""
_NOTHING: Final = object()
_set_attribute: Final = object.__setattr__


class _StoredField(NamedTuple):
    """One field of an entity, as the codec sees it for every item."""

    name: str
    attribute: str
    encode: Callable[[Any], AttributeValue]
    decode: Callable[[AttributeValue], Any]
    omitted: Any
    """The value for which the attribute is left out; `_NOTHING` where it is always written."""
    default: Callable[[], Any] | None
    """Gives the value of an item without the attribute; None where every item must have it."""


class _KeyAttributes:
    """The attributes that hold an entity's key in the table or in one index."""

    def __init__(self, entity: str, key: Key, partition_key: str | None, sort_key: str | None) -> None:
        self._entity = entity
        self._key = key
        self._fields = key.fields
        self._partition_key = partition_key
        """None in a local index, which has the table's."""
        self._sort_key = sort_key

    @classmethod
    def of_index(cls, entity: type[Entity], name: str) -> _KeyAttributes:
        declared = entity.declaration
        index = declared.table.index(name)
        partition_key = index.partition_key if isinstance(index, GlobalIndex) else None
        return cls(entity.__name__, declared.indexes[name], partition_key, index.sort_key)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(name for name in (self._partition_key, self._sort_key) if name is not None)

    def applies_to(self, values: Mapping[str, Any]) -> bool:
        """Whether the values have every part of the key; without one the item is not in the index."""
        return all(values[field] is not None for field in self._fields)

    def render(self, values: Mapping[str, KeyValue]) -> Item:
        """The key's attributes; raises `InvalidError` for values that cannot be a key."""
        try:
            partition, sort = self._key.render(values)
        except ValueError as error:
            raise InvalidError(f"{self._entity}: {error}") from None
        item: Item = {}
        if self._partition_key is not None:
            item[self._partition_key] = text(partition)
        if self._sort_key is not None and sort is not None:
            item[self._sort_key] = text(sort)
        return item


class Guard(NamedTuple):
    """The item that keeps one value of a unique constraint for one entity."""

    key: Item
    owner: Item
    """Attributes that lead to the entity."""

    @property
    def item(self) -> Item:
        """The whole item."""
        return {**self.key, TYPE_ATTRIBUTE: text("guard"), **self.owner}


class EntityCodec(Generic[AnyEntity]):
    """Encodes and decodes the items of one entity; made once for each, by `codec_of`."""

    def __init__(self, entity: type[AnyEntity]) -> None:
        declared = entity.declaration
        self.entity = entity
        self.declared = declared
        self.table = declared.table
        self._primary = _KeyAttributes(entity.__name__, declared.key, self.table.partition_key, self.table.sort_key)
        self._guards = {
            unique.name: _KeyAttributes(entity.__name__, unique.key, self.table.partition_key, self.table.sort_key)
            for unique in declared.unique
        }
        self._indexes = [
            (_KeyAttributes.of_index(entity, name), tuple(declared.only_indexed_when.get(name, {}).items()))
            for name in declared.indexes
        ]
        self._constant: Item = {
            TYPE_ATTRIBUTE: text(declared.type),
            SCHEMA_VERSION_ATTRIBUTE: number(declared.schema_version),
        }
        stored = tuple(_stored_fields(entity))
        self._always = [(f.name, f.attribute, f.encode) for f in stored if f.omitted is _NOTHING]
        self._sometimes = [(f.name, f.attribute, f.encode, f.omitted) for f in stored if f.omitted is not _NOTHING]
        self._required = [(f.name, f.attribute, f.decode) for f in stored if f.default is None]
        self._optional = [(f.name, f.attribute, f.decode, f.default) for f in stored if f.default is not None]
        index_keys = {name for key, _ in self._indexes for name in key.attributes}
        self.changing_attributes: Final = index_keys | {f.attribute for f in stored}
        """Whatever an item may have besides its primary key, its type and its schema version."""
        self._unstored: dict[str, Any] = {} if declared.expires else {_EXPIRY: None}

    def key(self, values: Mapping[str, KeyValue]) -> Item:
        """The primary key of the item with these fields; raises `InvalidError` for values that cannot be a key."""
        return self._primary.render(values)

    def guard_key(self, unique: str, values: Mapping[str, KeyValue]) -> Item:
        """The primary key of the guard item that a unique constraint has for these values."""
        return self._guards[unique].render(values)

    def guards(self, entity: AnyEntity) -> dict[str, Guard]:
        """The guard of each unique constraint, by the constraint's name."""
        values = entity.__dict__
        owner = {_OWNER + name: value for name, value in self._primary.render(values).items()}
        return {name: Guard(key.render(values), owner) for name, key in self._guards.items() if key.applies_to(values)}

    def guarded_key(self, guard: Mapping[str, AttributeValue]) -> Item:
        """The primary key of the entity to which a guard item leads."""
        return {name.removeprefix(_OWNER): value for name, value in guard.items() if name.startswith(_OWNER)}

    def encode(self, entity: AnyEntity) -> Item:
        """The whole item, index keys and all.

        Raises `InvalidError` for a value that cannot be stored or be a key, and `TooLargeError` above 400 KB.
        """
        item = {**self._primary.render(entity.__dict__), **self.encode_fields(entity)}
        require_size(item, self.entity.__name__)
        return item

    def encode_fields(self, entity: AnyEntity) -> Item:
        """The item without its primary key."""
        values = entity.__dict__
        item = {**self._constant}
        for key, conditions in self._indexes:
            if key.applies_to(values) and all(values[field] == wanted for field, wanted in conditions):
                item.update(key.render(values))
        name = ""
        try:
            for name, attribute, encode in self._always:
                item[attribute] = encode(values[name])
            for name, attribute, encode, omitted in self._sometimes:
                value = values[name]
                if value != omitted:
                    item[attribute] = encode(value)
        except UnstorableError as error:
            raise error.within(f"{self.entity.__name__}.{name}") from None
        return item

    def decode(self, item: Mapping[str, AttributeValue]) -> AnyEntity:
        """The entity of an item; raises `CorruptError` for one that was not written as this entity."""
        try:
            values = {name: decode(item[attribute]) for name, attribute, decode in self._required}
            for name, attribute, decode, default in self._optional:
                value = item.get(attribute)
                values[name] = default() if value is None else decode(value)
        except _UNREADABLE as error:
            raise self._corruption(item) from error
        values.update(self._unstored)
        return self.make(values)

    def make(self, values: dict[str, Any]) -> AnyEntity:
        """An entity of all these fields, which are known to be right."""
        entity = object.__new__(self.entity)
        # Past the frozen dataclass's own __setattr__, and past checks that values of a table do not need.
        _set_attribute(entity, "__dict__", values)
        return entity

    def _corruption(self, item: Mapping[str, AttributeValue]) -> CorruptError:
        fields = [
            *self._required,
            *((name, attribute, decode) for name, attribute, decode, _ in self._optional if attribute in item),
        ]
        unreadable = [name for name, attribute, decode in fields if not _is_readable(item, attribute, decode)]
        return CorruptError(
            f"an item of type {item.get(TYPE_ATTRIBUTE)} in table {self.table.name!r} cannot be read as "
            f"{self.entity.__name__}; unreadable: {', '.join(unreadable)}"
        )


_codecs: Final[dict[type[Any], EntityCodec[Any]]] = {}


def codec_of(entity: type[AnyEntity]) -> EntityCodec[AnyEntity]:
    """The codec of an entity, made when it is first needed."""
    try:
        return _codecs[entity]
    except KeyError:
        return _codecs.setdefault(entity, EntityCodec(entity))


def _stored_fields(entity: type[Entity]) -> Iterator[_StoredField]:
    declared = entity.declaration
    needed = _ALWAYS_WRITTEN.union(declared.key.fields)
    for field in fields(entity):
        name, kind = field.name, declared.kinds[field.name]
        if name == _EXPIRY:
            if declared.expires and declared.table.time_to_live is not None:
                yield _StoredField(name, declared.table.time_to_live, *TIME_TO_LIVE, None, _constantly(None))
            continue
        default = None if name in needed else _default(field)
        omitted = _NOTHING
        if isinstance(kind, SetOf):
            omitted, default = frozenset(), _constantly(frozenset())
        elif isinstance(kind, Maybe) and (default is None or default() is None):
            omitted, default = None, _constantly(None)
        yield _StoredField(name, name, *form_of(kind), omitted, default)


def _default(field: Field[Any]) -> Callable[[], Any] | None:
    if field.default_factory is not MISSING:
        return field.default_factory
    return None if field.default is MISSING else _constantly(field.default)


def _constantly(value: Any) -> Callable[[], Any]:
    return lambda: value


def _is_readable(item: Mapping[str, AttributeValue], attribute: str, decode: Callable[[AttributeValue], Any]) -> bool:
    try:
        decode(item[attribute])
    except _UNREADABLE:
        return False
    return True
