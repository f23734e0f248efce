"""Changes to entities, as the entries of a write: what to send, under which condition, and what a refusal means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from tierstore.declaration.entities import SCHEMA_VERSION_ATTRIBUTE, Entity
from tierstore.dynamodb.expressions import (
    Condition,
    Placeholders,
    absent,
    all_of,
    any_of,
    compare,
    equals,
    set_and_remove,
)
from tierstore.dynamodb.failures import StoredItem
from tierstore.dynamodb.items.attribute_values import AttributeValue, number
from tierstore.dynamodb.items.codec import AnyEntity, EntityCodec, codec_of
from tierstore.dynamodb.items.key_attributes import Guard
from tierstore.dynamodb.items.migrating import schema_version_of
from tierstore.errors import ConflictError, InvalidError, NotUniqueError, VersionConflictError

Result_co = TypeVar("Result_co", covariant=True)


class Action(StrEnum):
    """What an entry does, as `TransactWriteItems` calls it."""

    PUT = "Put"
    UPDATE = "Update"
    DELETE = "Delete"
    CHECK = "ConditionCheck"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One item's part of a write."""

    action: Action
    entity: type[Entity]
    """Tells the table."""
    parameters: Mapping[str, Any]
    """Of the request, but for the table."""
    is_done: Callable[[StoredItem], bool]
    """Whether the stored item is what the entry makes of it: so a write whose answer was lost is recognised."""
    refusal: Callable[[StoredItem], ConflictError]
    """What it means that the condition does not hold for the stored item."""
    upgrade: Callable[[StoredItem], Entry | None] = lambda _: None
    """The entry in its stead where the stored item is what the caller read, but of an older schema version."""


@dataclass(frozen=True, kw_only=True)
class Change(Generic[Result_co]):
    """What happens to one entity, and the entity as it is afterwards."""

    subject: Entity
    """The entity before the change, or the one that comes into being."""
    entries: tuple[Entry, ...]
    result: Result_co


def create(entity: AnyEntity, *, now: datetime) -> Change[AnyEntity]:
    """The entity, which must not exist yet, and its guards."""
    codec = codec_of(type(entity))
    created = stamped(entity, version=1, created_at=now, updated_at=now)
    entry = Entry(
        action=Action.PUT,
        entity=codec.entity,
        parameters=conditional({"Item": codec.encode(created)}, is_absent(codec, now)),
        is_done=lambda stored: stored is not None and codec.decode(stored) == created,
        refusal=lambda stored: version_conflict(codec, expected=0, stored=stored),
    )
    return Change(subject=created, entries=(entry, *_guard_changes(codec, None, created)), result=created)


def update(old: AnyEntity, *, now: datetime, even_if_equal: bool = False, **changes: Any) -> Change[AnyEntity]:
    """Only what changes, index keys and guards included, if the table has the version that the caller read.

    Nothing at all where nothing changes, unless `even_if_equal`: then at least the version is compared and grows.
    An item of an older schema version, which the entity was migrated from, is brought to the declared one besides.
    Raises `InvalidError` for a field of the primary key.
    """
    codec = codec_of(type(old))
    changed = replace(old, **changes)
    if changed == old and not even_if_equal:
        return Change(subject=old, entries=(), result=old)
    new = stamped(changed, version=old.version + 1, updated_at=now)
    key, before, after = codec.key(old.__dict__), codec.encode(old), codec.encode(new)
    if codec.key(new.__dict__) != key:
        raise InvalidError(
            f"{codec.entity.__name__}: {', '.join(codec.declared.key.fields)} make its key, which never changes; "
            "create another and delete this one"
        )
    placeholders = Placeholders()
    differing = {name: value for name, value in after.items() if before.get(name) != value}
    removed = tuple(name for name in before if name not in after)
    parameters = {"Key": key, "UpdateExpression": set_and_remove(placeholders, differing, removed)}
    is_unchanged = has_version(old.version)
    if codec.declared.migrations:
        is_unchanged = all_of(is_unchanged, has_schema_version(codec.declared.schema_version))
    entry = Entry(
        action=Action.UPDATE,
        entity=codec.entity,
        parameters=conditional(parameters, is_unchanged, placeholders),
        is_done=lambda stored: stored is not None and codec.decode(stored) == new,
        refusal=lambda stored: version_conflict(codec, expected=old.version, stored=stored),
        upgrade=lambda stored: _upgrade(codec, old, new, stored),
    )
    return Change(subject=old, entries=(entry, *_guard_changes(codec, old, new)), result=new)


def migrate(old: AnyEntity, stored: Mapping[str, AttributeValue]) -> Change[AnyEntity]:
    """The stored item at the declared schema version, unless somebody changes it first; `old` is its entity.

    Its version grows, so that a writer of an earlier release, which knows the old shape only, meets a conflict.
    """
    codec = codec_of(type(old))
    new = stamped(old, version=old.version + 1)
    entry = _upgrade(codec, old, new, stored)
    return Change(subject=old, entries=() if entry is None else (entry,), result=new)


def _upgrade(codec: EntityCodec[AnyEntity], old: AnyEntity, new: AnyEntity, stored: StoredItem) -> Entry | None:
    """Makes the stored item `new` in every attribute, not only in those that differ between the entities."""
    if stored is None or not codec.is_earlier(stored):
        return None
    if codec.decode(stored).version != old.version:
        return None
    after = codec.encode(new)
    placeholders = Placeholders()
    differing = {name: value for name, value in after.items() if stored.get(name) != value}
    removed = tuple(name for name in stored if name not in after)
    parameters = {
        "Key": codec.key(new.__dict__),
        "UpdateExpression": set_and_remove(placeholders, differing, removed),
    }
    is_unchanged = all_of(has_version(old.version), has_schema_version(schema_version_of(stored)))
    return Entry(
        action=Action.UPDATE,
        entity=codec.entity,
        parameters=conditional(parameters, is_unchanged, placeholders),
        is_done=lambda found: found is not None and codec.decode(found) == new,
        refusal=lambda found: version_conflict(codec, expected=old.version, stored=found),
    )


def delete(entity: AnyEntity) -> Change[None]:
    """The entity goes, and its guards, if the table has the version that the caller read."""
    codec = codec_of(type(entity))
    entry = Entry(
        action=Action.DELETE,
        entity=codec.entity,
        parameters=conditional({"Key": codec.key(entity.__dict__)}, has_version(entity.version)),
        is_done=lambda stored: stored is None,
        refusal=lambda stored: version_conflict(codec, expected=entity.version, stored=stored),
    )
    return Change(subject=entity, entries=(entry, *_guard_changes(codec, entity, None)), result=None)


def put_copy(entity: AnyEntity) -> Change[AnyEntity]:
    """The entity in place of whatever is under its key; for copies, which follow another entity's version."""
    codec = codec_of(type(entity))
    entry = _unconditional(Action.PUT, codec, {"Item": codec.encode(entity)})
    return Change(subject=entity, entries=(entry,), result=entity)


def delete_copy(entity: AnyEntity) -> Change[None]:
    """The entity goes whatever its version, also if it is gone already; for copies."""
    codec = codec_of(type(entity))
    entry = _unconditional(Action.DELETE, codec, {"Key": codec.key(entity.__dict__)})
    return Change(subject=entity, entries=(entry,), result=None)


def require_absent(entity: Entity, refusal: ConflictError) -> Change[None]:
    """There is no item with the entity's key; part of a transaction, which raises `refusal` where there is one."""
    codec = codec_of(type(entity))
    entry = Entry(
        action=Action.CHECK,
        entity=codec.entity,
        parameters=conditional({"Key": codec.key(entity.__dict__)}, absent(codec.table.partition_key)),
        is_done=lambda _: False,
        refusal=lambda _: refusal,
    )
    return Change(subject=entity, entries=(entry,), result=None)


def stamped(entity: AnyEntity, **values: Any) -> AnyEntity:
    """The entity with other values in fields that need no check."""
    return codec_of(type(entity)).make({**entity.__dict__, **values})


def has_version(version: int) -> Condition:
    """The stored item has the version."""
    return equals("version", number(version))


def has_schema_version(version: int) -> Condition:
    """The stored item has the schema version; one that tells none is of the first."""
    is_told = equals(SCHEMA_VERSION_ATTRIBUTE, number(version))
    return is_told if version > 1 else any_of(absent(SCHEMA_VERSION_ATTRIBUTE), is_told)


def is_absent(codec: EntityCodec[Any], now: datetime) -> Condition:
    """There is no such item, or one that has expired."""
    is_missing = absent(codec.table.partition_key)
    if not codec.declared.expires or codec.table.time_to_live is None:
        return is_missing
    return any_of(is_missing, compare(codec.table.time_to_live, "<=", number(int(now.timestamp()))))


def version_conflict(codec: EntityCodec[Any], *, expected: int, stored: StoredItem) -> VersionConflictError:
    """The error that tells both versions; an expected 0 stands for no item."""
    name = codec.entity.__name__
    if stored is None:
        return VersionConflictError(f"{name} at version {expected} is gone", expected=expected, found=None)
    found = codec.decode(stored).version
    problem = "exists already" if expected == 0 else f"was expected at version {expected}, but somebody changed it"
    return VersionConflictError(f"{name} {problem}; it is at version {found}", expected=expected, found=found)


def conditional(
    parameters: Mapping[str, Any], condition: Condition, placeholders: Placeholders | None = None
) -> dict[str, Any]:
    """Parameters of a write with a condition, which is answered with the stored item where it does not hold."""
    placeholders = placeholders or Placeholders()
    return {
        **parameters,
        "ConditionExpression": condition(placeholders),
        **placeholders.parameters(),
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _unconditional(action: Action, codec: EntityCodec[Any], parameters: Mapping[str, Any]) -> Entry:
    return Entry(
        action=action,
        entity=codec.entity,
        parameters=parameters,
        is_done=lambda _: False,
        refusal=lambda _: ConflictError(f"{codec.entity.__name__} cannot be written"),
    )


def _guard_changes(codec: EntityCodec[AnyEntity], old: AnyEntity | None, new: AnyEntity | None) -> Iterator[Entry]:
    before = codec.guards(old) if old is not None else {}
    after = codec.guards(new) if new is not None else {}
    for unique in codec.declared.unique:
        given_up, taken = before.get(unique.name), after.get(unique.name)
        if given_up == taken:
            continue
        if given_up is not None:
            yield _guard_deletion(codec, unique.name, given_up)
        if taken is not None:
            yield _guard_creation(codec, unique.name, taken)


def _guard_creation(codec: EntityCodec[Any], name: str, guard: Guard) -> Entry:
    return Entry(
        action=Action.PUT,
        entity=codec.entity,
        parameters=conditional({"Item": guard.item}, absent(codec.table.partition_key)),
        is_done=lambda stored: stored == guard.item,
        refusal=lambda _: NotUniqueError(f"another {codec.entity.__name__} has this {name}"),
    )


def _guard_deletion(codec: EntityCodec[Any], name: str, guard: Guard) -> Entry:
    is_ours = all_of(*(equals(attribute, value) for attribute, value in guard.owner.items()))
    return Entry(
        action=Action.DELETE,
        entity=codec.entity,
        parameters=conditional({"Key": guard.key}, any_of(absent(codec.table.partition_key), is_ours)),
        is_done=lambda stored: stored is None,
        refusal=lambda _: ConflictError(f"this {name} belongs to another {codec.entity.__name__}"),
    )
