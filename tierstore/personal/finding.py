"""Finding what belongs to a user, or to one item of a user's, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Any, Final, NamedTuple, TypeAlias

from tierstore.core.effects import Plan
from tierstore.declaration.entities import Entity
from tierstore.declaration.ownership import Mentions, OwnedBy, PartOf
from tierstore.declaration.places import Collection, Keys, Place, place_of
from tierstore.dynamodb.ranges import Range
from tierstore.dynamodb.repository import Repository
from tierstore.model.entities import ENTITIES

PAGE: Final = 100
"""Items that are held at once."""


class Located(NamedTuple):
    """An item, and the fields of its key: of a counter's shard, which does not know its own, the shard too."""

    item: Any
    key: Mapping[str, Any]


Visit: TypeAlias = Callable[[Sequence[Located]], Plan[None]]
"""Makes the plan for one page of items."""


class Found(NamedTuple):
    """An entity whose items can be found by one field that holds a user's id."""

    entity: type[Entity]
    field: str
    place: Place


class Part(NamedTuple):
    """An entity whose items are parts of another's."""

    entity: type[Entity]
    fields: Mapping[str, str]
    """As `PartOf` tells them."""
    place: Place


def _by_user(kind: type[OwnedBy | Mentions]) -> tuple[Found, ...]:
    return tuple(
        Found(entity, ownership.field, place)
        for entity in reversed(ENTITIES)
        for ownership in entity.declaration.ownership
        if isinstance(ownership, kind) and (place := place_of(entity, ownership)) is not None
    )


OWNED: Final = _by_user(OwnedBy)
"""What belongs to a user; sessions come first, so that an erasure begins by signing out, and the user comes last."""
MENTIONING: Final = _by_user(Mentions)
"""What only names a user."""


def parts_of(whole: type[Entity]) -> tuple[Part, ...]:
    """What goes with the items of an entity."""
    return tuple(
        Part(entity, ownership.fields, place)
        for entity in ENTITIES
        for ownership in entity.declaration.ownership
        if isinstance(ownership, PartOf)
        and ownership.whole is whole
        and (place := place_of(entity, ownership)) is not None
    )


def of_others(items: Repository, found: Sequence[Located], user_id: str) -> Plan[list[Located]]:
    """Those items of one entity that are no parts of what belongs to the user, and so are not found with that."""
    left = list(found)
    for ownership in found[0].item.declaration.ownership:
        if isinstance(ownership, PartOf):
            keys = [{there: each.key[here] for here, there in ownership.fields.items()} for each in left]
            wholes = yield from items.get_many(ownership.whole, keys, consistent=True)
            owners = [each.field for each in ownership.whole.declaration.ownership if isinstance(each, OwnedBy)]
            left = [
                each
                for each, whole in zip(left, wholes, strict=True)
                if all(getattr(whole, owner, None) != user_id for owner in owners)
            ]
    return left


def visit_owned(items: Repository, found: Found, user_id: str, visit: Visit) -> Plan[None]:
    """Visit all items that have the user's id, a page at a time, expired ones included."""
    return _visit(items, found.entity, found.place, {found.field: user_id}, visit)


def visit_parts(items: Repository, part: Part, whole: Entity, visit: Visit) -> Plan[None]:
    """Visit all items that are parts of the whole, as it was read, a page at a time."""
    for known in _repeated(part.fields, whole):
        yield from _visit(items, part.entity, part.place, known, visit)


def _repeated(fields: Mapping[str, str], whole: Entity) -> Iterator[dict[str, Any]]:
    """What the parts repeat of the whole; none where the whole lacks a value."""
    values = [getattr(whole, name) for name in fields.values()]
    choices = [sorted(value) if isinstance(value, frozenset) else [] if value is None else [value] for value in values]
    for chosen in product(*choices):
        yield dict(zip(fields, chosen, strict=True))


def _visit(items: Repository, entity: type[Entity], place: Place, known: Mapping[str, Any], visit: Visit) -> Plan[None]:
    match place:
        case Keys():
            keys = place.keys(known)
            while some := list(islice(keys, PAGE)):
                read = yield from items.get_many(entity, some, consistent=True)
                if found := [Located(item, key) for item, key in zip(read, some, strict=True) if item is not None]:
                    yield from visit(found)
        case Collection(request=query):
            cursor = None
            wanted = Range(name=f"personal_data.{entity.__name__}", query=query, values=known, with_expired=True)
            while True:
                page = yield from items.page(wanted, limit=PAGE, cursor=cursor)
                if page.items:
                    yield from visit([Located(item, item.__dict__) for item in page.items])
                cursor = page.cursor
                if cursor is None:
                    return
