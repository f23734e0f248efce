"""What access patterns need of IAM: single actions on single parts of the storage, derived and never listed by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.entities import Entity
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import Key
from tierstore.declaration.personas import Persona
from tierstore.declaration.policies import KeySpace
from tierstore.declaration.requests import (
    Get,
    GetByUnique,
    GetMany,
    GetShards,
    KeySpaceAction,
    KeySpaceRequest,
    ObjectAction,
    ObjectRequest,
    Query,
    Request,
    Write,
    WriteItem,
    WriteKind,
)


@dataclass(frozen=True, kw_only=True, order=True)
class ItemPermission:
    """One action on the items of a table, or of one of its indexes, whose partition keys match a pattern."""

    action: str
    """As IAM spells it: `dynamodb:GetItem`."""
    table: str
    index: str = ""
    """Empty for the table itself."""
    partitions: str
    """With `*` for what may be anything, and IAM's variable for the owner's id."""


@dataclass(frozen=True, kw_only=True, order=True)
class ObjectPermission:
    """One action on the objects of a bucket whose keys match a pattern."""

    action: str
    bucket: str
    keys: str
    """As the partitions of an `ItemPermission`, with a `*` at the end only."""


@dataclass(frozen=True, kw_only=True, order=True)
class ListingPermission:
    """One action on a bucket itself, about the objects whose keys match a pattern."""

    action: str
    bucket: str
    keys: str


@dataclass(frozen=True, kw_only=True, order=True)
class LoginPermission:
    """Log in to Redis as the persona's own user, whose access string decides on."""

    action: str = "elasticache:Connect"
    persona: str


Permission: TypeAlias = ItemPermission | ObjectPermission | ListingPermission | LoginPermission


def permissions_of(persona: Persona) -> frozenset[Permission]:
    """Everything that the persona's patterns need, and nothing else.

    Raises `DeclarationError` for a persona that is bound to an owner by keys that do not name the owner.
    """
    owner = {} if persona.owns is None else {persona.owns: owner_variable(persona.owns)}
    found = frozenset(
        permission
        for pattern in persona.patterns
        for request in pattern.requests
        for permission in _of_request(request, owner)
    )
    if key_space_actions_of(persona):
        found |= {LoginPermission(persona=persona.name)}
    for permission in sorted(found, key=str):
        _check_owner(persona, permission)
    return found


def owner_variable(tag: str) -> str:
    """IAM's variable for the value of the principal's tag."""
    return f"${{aws:PrincipalTag/{tag}}}"


def _check_owner(persona: Persona, permission: Permission) -> None:
    if persona.owns is None:
        return
    match permission:
        case ItemPermission(partitions=where) | ObjectPermission(keys=where) | ListingPermission(keys=where):
            if owner_variable(persona.owns) not in where:
                raise DeclarationError(
                    f"persona {persona.name!r} is bound to its {persona.owns}, but would need {permission.action} on "
                    f"{where!r}, which belongs to everybody; leave the pattern out, or put {persona.owns} into the key"
                )
        case LoginPermission():
            raise DeclarationError(
                f"persona {persona.name!r} is bound to its {persona.owns}, but Redis cannot tell owners apart; "
                "leave out the patterns that use key spaces or cached entities"
            )


def _of_request(request: Request, owner: dict[str, str]) -> Iterator[Permission]:
    match request:
        case Get(entity=entity):
            yield _on_items("GetItem", entity, entity.declaration.key, owner)
        case GetMany(entity=entity) | GetShards(entity=entity):
            yield _on_items("BatchGetItem", entity, entity.declaration.key, owner)
        case GetByUnique(entity=entity, unique=name):
            guard = next(unique.key for unique in entity.declaration.unique if unique.name == name)
            yield _on_items("GetItem", entity, guard, owner)
            yield _on_items("GetItem", entity, entity.declaration.key, owner)
        case Query():
            yield _on_items("Query", request.entities[0], request.key, owner, index=request.index)
        case Write():
            yield from _of_write(request, owner)
        case ObjectRequest(bucket=bucket, actions=actions):
            yield from _of_objects(bucket, actions, owner)
        case KeySpaceRequest():
            # What may be done with keys is for Redis to say, not for IAM.
            return


def key_space_actions_of(persona: Persona) -> dict[KeySpace | None, frozenset[KeySpaceAction]]:
    """What the persona's patterns do with keys, by key space; None is the common one of cached entities."""
    found: dict[KeySpace | None, set[KeySpaceAction]] = {}
    for pattern in persona.patterns:
        for request in pattern.requests:
            for space, actions in _on_key_spaces(request):
                found.setdefault(space, set()).update(actions)
    return {space: frozenset(actions) for space, actions in found.items()}


def _on_key_spaces(request: Request) -> Iterator[tuple[KeySpace | None, tuple[KeySpaceAction, ...]]]:
    match request:
        case KeySpaceRequest(key_space=space, actions=actions):
            yield space, actions
        case Get(entity=entity) | GetMany(entity=entity) | GetShards(entity=entity):
            yield from _on_copies(entity)
        case Write(items=items):
            for item in items:
                yield from _on_copies(item.entity)


def _on_copies(entity: type[Entity]) -> Iterator[tuple[KeySpace | None, tuple[KeySpaceAction, ...]]]:
    """Reads of a cached entity begin in Redis and leave a copy there, and writes end it."""
    policy = entity.declaration.cache
    if policy is not None:
        yield policy.key_space, (KeySpaceAction.READ, KeySpaceAction.WRITE)


def _of_write(write: Write, owner: dict[str, str]) -> Iterator[Permission]:
    for item in write.items:
        entity = item.entity
        yield _on_items(_write_action(write, item), entity, entity.declaration.key, owner)
        for guard in item.guards:
            if item.kind is not WriteKind.DELETE:
                yield _on_items("PutItem", entity, guard.key, owner)
            if item.kind is not WriteKind.CREATE:
                yield _on_items("DeleteItem", entity, guard.key, owner)


def _write_action(write: Write, item: WriteItem) -> str:
    """What IAM asks for; a transaction is each of its single actions, a batch is an action of its own."""
    if write.in_batches:
        return "BatchWriteItem"
    match item.kind:
        case WriteKind.CREATE:
            return "PutItem"
        case WriteKind.PUT:
            # Alone it counts versions on, which only an update can; beside others it is a copy of another entity.
            changed = [each for each in write.items if each.kind is not WriteKind.CHECK]
            return "PutItem" if len(changed) > 1 else "UpdateItem"
        case WriteKind.UPDATE | WriteKind.ADD:
            return "UpdateItem"
        case WriteKind.DELETE:
            return "DeleteItem"
        case WriteKind.CHECK:
            return "ConditionCheckItem"


def _on_items(
    action: str, entity: type[Entity], key: Key, owner: dict[str, str], *, index: str | None = None
) -> ItemPermission:
    return ItemPermission(
        action=f"dynamodb:{action}",
        table=entity.declaration.table.name,
        index=index or "",
        partitions=key.partition.pattern(owner),
    )


_ON_OBJECTS: Final = {
    ObjectAction.READ: ("GetObject",),
    ObjectAction.WRITE: ("PutObject", "AbortMultipartUpload"),
    ObjectAction.RESUME: ("ListMultipartUploadParts",),
    ObjectAction.DELETE: ("DeleteObject",),
    ObjectAction.VERSIONS: ("GetObjectVersion",),
    ObjectAction.ERASE: ("DeleteObjectVersion", "AbortMultipartUpload"),
}
_ON_BUCKETS: Final = {
    # Whoever may not list a bucket is not told that an object does not exist, but that it is forbidden.
    ObjectAction.READ: ("ListBucket",),
    ObjectAction.VERSIONS: ("ListBucketVersions",),
    ObjectAction.ERASE: ("ListBucketVersions", "ListBucketMultipartUploads"),
}


_OF_WHOLE_BUCKETS: Final = frozenset({"ListBucketMultipartUploads"})
"""What IAM cannot limit to a prefix (Service Authorization Reference: Amazon S3)."""


def _of_objects(bucket: Bucket, actions: tuple[ObjectAction, ...], owner: dict[str, str]) -> Iterator[Permission]:
    keys = _key_pattern(bucket, owner)
    for action in actions:
        for name in _ON_OBJECTS[action]:
            yield ObjectPermission(action=f"s3:{name}", bucket=bucket.name, keys=keys)
        for name in _ON_BUCKETS.get(action, ()):
            listed = "*" if name in _OF_WHOLE_BUCKETS else keys
            yield ListingPermission(action=f"s3:{name}", bucket=bucket.name, keys=listed)


def _key_pattern(bucket: Bucket, owner: dict[str, str]) -> str:
    """The beginning that the bucket's keys share, as far as it is known, and `*`."""
    if bucket.object_key is None:
        return "*"
    return bucket.object_key.pattern(owner).partition("*")[0] + "*"
