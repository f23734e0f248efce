"""What a user's data consists of, wherever it lies: exported on request, and erased."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierstore.declaration.ownership import Mentions, OwnedBy, PartOf
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.places import place_of
from tierstore.declaration.requests import (
    Get,
    GetMany,
    KeySpaceAction,
    KeySpaceRequest,
    ObjectAction,
    ObjectRequest,
    Request,
    create,
    delete,
    update,
    write,
    write_many,
)
from tierstore.model.buckets import BUCKETS
from tierstore.model.entities import ENTITIES
from tierstore.model.erasures import Erasure
from tierstore.model.key_spaces import KEY_SPACES

_WHOLES: Final = tuple(
    dict.fromkeys(
        ownership.whole
        for entity in ENTITIES
        for ownership in entity.declaration.ownership
        if isinstance(ownership, PartOf)
    )
)
"""What has parts, which goes only as it was read: else it may have got others."""


def _finding() -> Iterator[Request]:
    for entity in ENTITIES:
        for ownership in entity.declaration.ownership:
            place = place_of(entity, ownership)
            if place is not None:
                yield place.request


def _removing() -> Iterator[Request]:
    for entity in ENTITIES:
        for ownership in entity.declaration.ownership:
            match ownership:
                case Mentions(field=field):
                    yield write(update(entity, field))
                case OwnedBy() if entity.declaration.unique or entity in _WHOLES:
                    yield write(delete(entity))
                case OwnedBy() | PartOf():
                    yield write_many(delete(entity))


def _in_buckets(*actions: ObjectAction) -> tuple[Request, ...]:
    return tuple(
        ObjectRequest(bucket=bucket, actions=actions) for bucket in BUCKETS if isinstance(bucket.ownership, OwnedBy)
    )


def _in_key_spaces(*actions: KeySpaceAction) -> tuple[Request, ...]:
    return tuple(KeySpaceRequest(key_space=space, actions=actions) for space in KEY_SPACES)


PATTERNS: Final = (
    AccessPattern(
        id="P1",
        name="personal_data.export",
        title="all that is stored for a user, as files",
        requests=(*_finding(), *(GetMany(entity=whole) for whole in _WHOLES), *_in_buckets(ObjectAction.READ)),
    ),
    AccessPattern(
        id="P2",
        name="personal_data.erase",
        title="erase a user from every tier, so that nothing comes back",
        requests=(
            Get(entity=Erasure, consistent=True),
            write(create(Erasure)),
            write(update(Erasure)),
            *_finding(),
            *_removing(),
            *_in_buckets(ObjectAction.ERASE),
            *_in_key_spaces(KeySpaceAction.FIND, KeySpaceAction.READ, KeySpaceAction.WRITE),
        ),
    ),
    AccessPattern(
        id="P3",
        name="personal_data.remains",
        title="what is stored for a user, by where it lies",
        requests=(
            *_finding(),
            *_in_buckets(ObjectAction.ERASE),
            *_in_key_spaces(KeySpaceAction.FIND, KeySpaceAction.READ),
        ),
    ),
)
