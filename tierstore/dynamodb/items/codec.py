"""From an entity to its item, with every key and attribute that the declaration promises, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

import msgspec

from tierstore.declaration.entities import SCHEMA_VERSION_ATTRIBUTE, TYPE_ATTRIBUTE, Entity
from tierstore.declaration.keys import KeyValue
from tierstore.dynamodb.items.answers import BatchAnswer, ItemAnswer, ItemsAnswer
from tierstore.dynamodb.items.attribute_values import AttributeValue, Item, UnstorableError, number, text
from tierstore.dynamodb.items.key_attributes import Guard, KeyAttributes
from tierstore.dynamodb.items.migrating import Migrating, schema_version_of
from tierstore.dynamodb.items.sizes import require_size
from tierstore.dynamodb.items.stored_fields import NOTHING, stored_fields
from tierstore.dynamodb.items.structures import Structure
from tierstore.errors import CorruptError, InvalidError

AnyEntity = TypeVar("AnyEntity", bound=Entity)

_OWNER: Final = "owner_"
"""Begins the attributes with which a guard item names its entity's key."""
_set_attribute: Final = object.__setattr__


class EntityCodec(Generic[AnyEntity]):
    """Encodes and decodes the items of one entity; made once for each, by `codec_of`."""

    def __init__(self, entity: type[AnyEntity]) -> None:
        declared = entity.declaration
        self.entity = entity
        self.declared = declared
        self.table = declared.table
        self._primary = KeyAttributes(entity, declared.key)
        self._guards = {unique.name: KeyAttributes(entity, unique.key) for unique in declared.unique}
        self._indexes = [
            (KeyAttributes(entity, key, name), tuple(declared.only_indexed_when.get(name, {}).items()))
            for name, key in declared.indexes.items()
        ]
        self._constant: Item = {
            TYPE_ATTRIBUTE: text(declared.type),
            SCHEMA_VERSION_ATTRIBUTE: number(declared.schema_version),
        }
        fields = tuple(stored_fields(entity))
        self._always = [(f.name, f.attribute, f.form.encode) for f in fields if f.left_out is NOTHING]
        self._sometimes = [
            (f.name, f.attribute, f.form.encode, f.left_out) for f in fields if f.left_out is not NOTHING
        ]
        index_keys = dict.fromkeys(name for key, _ in self._indexes for name in key.names)
        self.changing_attributes: Final = frozenset(index_keys) | {f.attribute for f in fields}
        """Whatever an item may have besides its primary key, its type and its schema version."""
        keys = (*self._primary.names, *index_keys)
        self._structure = Structure(f"{entity.__name__}Item", fields, keys, schema_version=declared.schema_version)
        self._migrating = Migrating(entity, kept=frozenset(keys))
        self._unstored: dict[str, Any] = {} if declared.expires else {"expires_at": None}

    def identity(self, item: msgspec.Struct) -> tuple[str, ...]:
        """What makes an item that msgspec decoded different from all others: the contents of its primary key."""
        return tuple(getattr(item, name).S for name in self._primary.names)

    @property
    def structure(self) -> type[msgspec.Struct]:
        """As what msgspec decodes items, for `from_structure`; each key is an attribute with content `S`."""
        return self._structure.type

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
            for name, attribute, encode, left_out in self._sometimes:
                value = values[name]
                if value != left_out:
                    item[attribute] = encode(value)
        except UnstorableError as error:
            raise error.within(f"{self.entity.__name__}.{name}") from None
        return item

    def decode(self, item: Mapping[str, AttributeValue]) -> AnyEntity:
        """The entity of an item, migrated to the declared schema version where an earlier release wrote it.

        Raises `CorruptError` for an item that was not written as this entity, and `NewerSchemaError` for one of a
        later release.
        """
        return self.from_structure(self.structured(item))

    def is_earlier(self, item: Mapping[str, AttributeValue]) -> bool:
        """Whether an item of this entity is of an earlier schema version than the declared one."""
        return schema_version_of(item) < self.declared.schema_version

    def structured(self, item: Mapping[str, AttributeValue]) -> msgspec.Struct:
        """The item as msgspec would have decoded it; raises `CorruptError` like `decode`."""
        try:
            return msgspec.convert(item, self.structure)
        except msgspec.ValidationError as error:
            if not self._migrating.concerns(item):
                raise self._corruption(error) from error
        try:
            migrated = self._migrating.migrated(item)
            structured = msgspec.convert(migrated, self.structure)
            if self.key(self.from_structure(structured).__dict__) != {name: item[name] for name in self._primary.names}:
                raise self._corruption(ValueError("its migration changed the key that it is stored under"))
        except (UnstorableError, msgspec.ValidationError) as error:
            raise self._corruption(error) from error
        return structured

    def from_structure(self, item: msgspec.Struct) -> AnyEntity:
        """The entity of an item that msgspec decoded; raises `CorruptError` like `decode`."""
        try:
            values = self._structure.values(item)
        except CorruptError as error:
            raise self._corruption(error) from error
        values.update(self._unstored)
        return self.make(values)

    @cached_property
    def item_answer(self) -> Callable[[bytes], ItemAnswer[msgspec.Struct]]:
        """Decodes an answer with one item; raises like `decode`, and so do the next two."""
        return self._answer(ItemAnswer)

    @cached_property
    def items_answer(self) -> Callable[[bytes], ItemsAnswer[msgspec.Struct]]:
        """Decodes an answer with some items."""
        return self._answer(ItemsAnswer)

    @cached_property
    def batch_answer(self) -> Callable[[bytes], BatchAnswer[msgspec.Struct]]:
        """Decodes an answer with items by table."""
        return self._answer(BatchAnswer)

    def _answer(self, generic: Any) -> Callable[[bytes], Any]:
        decode = msgspec.json.Decoder(generic[self.structure]).decode

        decode_plain = msgspec.json.Decoder(generic[dict[str, Any]]).decode

        def decode_or_migrate(body: bytes) -> Any:
            try:
                return decode(body)
            except msgspec.ValidationError:
                # At least one item is of another schema version, or corrupt.
                return decode_plain(body).with_items(self.structured)

        return decode_or_migrate

    def make(self, values: dict[str, Any]) -> AnyEntity:
        """An entity of all these fields, which are known to be right."""
        entity = object.__new__(self.entity)
        # Past the frozen dataclass's own __setattr__, and past checks that values of a table do not need.
        _set_attribute(entity, "__dict__", values)
        return entity

    def _corruption(self, problem: Exception) -> CorruptError:
        return CorruptError(f"an item of table {self.table.name!r} cannot be read as {self.entity.__name__}: {problem}")


_codecs: Final[dict[type[Any], EntityCodec[Any]]] = {}


def codec_of(entity: type[AnyEntity]) -> EntityCodec[AnyEntity]:
    """The codec of an entity, made when it is first needed; raises `InvalidError` for a class that is none."""
    try:
        return _codecs[entity]
    except KeyError:
        if not issubclass(entity, Entity):
            raise InvalidError(
                f"a value of type {entity.__name__} was given, allowed is an entity: the one that was read, not its id"
            ) from None
        return _codecs.setdefault(entity, EntityCodec(entity))
