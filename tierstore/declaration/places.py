"""Where the items of an entity lie that belong to one user, or to one item of another entity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

from tierstore.declaration.entities import Entity
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import SHARD, Key
from tierstore.declaration.kinds import Choice, Member
from tierstore.declaration.ownership import Mentions, NotPersonal, OwnedBy, Ownership, PartOf
from tierstore.declaration.requests import GetMany, Query


@dataclass(frozen=True, kw_only=True)
class Keys:
    """Their whole keys can be told: they are read by them."""

    entity: type[Entity]
    choices: Mapping[str, tuple[Any, ...]]
    """What else the key is made of, and all that it may be."""

    @property
    def request(self) -> GetMany:
        """What finds them."""
        return GetMany(entity=self.entity)

    def keys(self, known: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The fields of every key that an item may have."""
        for values in product(*self.choices.values()):
            yield {**known, **dict(zip(self.choices, values, strict=True))}


@dataclass(frozen=True, kw_only=True)
class Collection:
    """They share a partition of the table or of an index."""

    request: Query
    """What finds them."""


Place: TypeAlias = Keys | Collection


def place_of(entity: type[Entity], ownership: Ownership) -> Place | None:
    """Where the items lie that are somebody's by this; None for what is nobody's.

    Raises `DeclarationError` where no key leads to them.
    """
    match ownership:
        case NotPersonal():
            return None
        case OwnedBy(field=field) | Mentions(field=field):
            return _place(entity, frozenset({field}))
        case PartOf(fields=fields):
            return _place(entity, frozenset(fields))


def _place(entity: type[Entity], known: frozenset[str]) -> Place:
    declared = entity.declaration
    choices = _choices(entity, declared.key)
    if known.union(choices).issuperset(declared.key.fields):
        if declared.expires:
            raise DeclarationError(
                f"entity {entity.__name__} expires and is found by its whole key; let an index find it by its owner, "
                "since a read by key does not see what has expired"
            )
        return Keys(entity=entity, choices={name: each for name, each in choices.items() if name not in known})
    for index in (None, *declared.indexes):
        key = declared.key_in(index)
        if key.shards is None and known.issuperset(key.partition.fields):
            bounded = key.sort.fields[0] if key.sort is not None and key.sort.literal_prefix else None
            query = Query(entities=(entity,), index=index, sort_prefix=bounded, consistent=index is None)
            return Collection(request=query)
    raise DeclarationError(
        f"entity {entity.__name__}: neither its key nor an index finds its items by {', '.join(sorted(known))}; "
        "give it a key in an index whose partition key is made of that, or let `ownership` name the fields of its key"
    )


def _choices(entity: type[Entity], key: Key) -> dict[str, tuple[Any, ...]]:
    choices: dict[str, tuple[Any, ...]] = {}
    for name in key.fields:
        match entity.declaration.kinds[name]:
            case Choice(allowed=allowed):
                choices[name] = allowed
            case Member(type=members):
                choices[name] = tuple(members)
    if key.shards is not None and key.shards.by is None:
        choices[SHARD] = tuple(range(key.shards.count))
    return choices
