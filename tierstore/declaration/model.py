"""The whole data model, and the rules that hold between its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.entities import Entity
from tierstore.declaration.errors import DeclarationError, require_unique
from tierstore.declaration.keys import Key
from tierstore.declaration.ownership import require_ownership
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.permissions import permissions_of
from tierstore.declaration.personas import Persona
from tierstore.declaration.places import Collection, place_of
from tierstore.declaration.policies import KeySpace
from tierstore.declaration.requests import KeySpaceRequest, ObjectRequest, Query
from tierstore.declaration.tables import Table

Named = TypeVar("Named", Table, Bucket, KeySpace, AccessPattern, Persona)


@dataclass(frozen=True, kw_only=True)
class DataModel:
    """Tables, buckets and key spaces, the entities that live in them, and who does what with them.

    Raises `DeclarationError` at import where the parts do not fit: an index that no pattern uses, a part that is not
    listed, two entities whose keys could collide, a query that reads more than it names, a pattern nobody may use, an
    entity that does not tell whose data it is, a persona that is bound to an owner and needs what belongs to everybody.
    """

    tables: tuple[Table, ...]
    buckets: tuple[Bucket, ...]
    key_spaces: tuple[KeySpace, ...]
    entities: tuple[type[Entity], ...]
    patterns: tuple[AccessPattern, ...]
    personas: tuple[Persona, ...]

    def __post_init__(self) -> None:
        require_unique((table.name for table in self.tables), "table names")
        require_unique((bucket.name for bucket in self.buckets), "bucket names")
        require_unique((space.name for space in self.key_spaces), "key space names")
        require_unique((entity.declaration.type for entity in self.entities), "entity types")
        require_unique((pattern.id for pattern in self.patterns), "access pattern ids")
        require_unique((pattern.name for pattern in self.patterns), "access pattern names")
        require_unique((persona.name for persona in self.personas), "persona names")
        self._check_everything_is_declared()
        self._check_patterns_name_declared_parts()
        self._check_everything_is_used()
        self._check_keys_cannot_collide()
        self._check_queries_read_what_they_name()
        self._check_everything_has_an_owner()
        for persona in self.personas:
            permissions_of(persona)

    def table(self, name: str) -> Table:
        """The table called `name`; raises `KeyError` naming the declared ones."""
        return _named(self.tables, name)

    def bucket(self, name: str) -> Bucket:
        """The bucket called `name`; raises `KeyError` naming the declared ones."""
        return _named(self.buckets, name)

    def persona(self, name: str) -> Persona:
        """The persona called `name`; raises `KeyError` naming the declared ones."""
        return _named(self.personas, name)

    @property
    def access_log_bucket(self) -> Bucket:
        """The bucket that receives the access logs of the others."""
        return next(bucket for bucket in self.buckets if bucket.receives_access_logs)

    def _check_everything_is_declared(self) -> None:
        for entity in self.entities:
            _require_listed(f"entity {entity.__name__}", "table", entity.declaration.table.name, self.tables)
        for persona in self.personas:
            for pattern in persona.patterns:
                _require_listed(f"persona {persona.name!r}", "access pattern", pattern.name, self.patterns)
        log_buckets = [bucket.name for bucket in self.buckets if bucket.receives_access_logs]
        if len(log_buckets) != 1:
            raise DeclarationError(f"exactly one bucket receives access logs, declared are: {log_buckets or 'none'}")

    def _check_patterns_name_declared_parts(self) -> None:
        listed = {entity.__name__ for entity in self.entities}
        for pattern in self.patterns:
            where = _where(pattern)
            for entity in pattern.entities:
                if entity.__name__ not in listed:
                    raise DeclarationError(f"{where} uses entity {entity.__name__}, which the model does not list")
            for request in pattern.requests:
                match request:
                    case ObjectRequest(bucket=bucket):
                        _require_listed(where, "bucket", bucket.name, self.buckets)
                    case KeySpaceRequest(key_space=key_space):
                        _require_listed(where, "key space", key_space.name, self.key_spaces)

    def _check_everything_is_used(self) -> None:
        used_indexes = {(table.name, index) for pattern in self.patterns for table, index in pattern.indexes}
        for table in self.tables:
            for index in table.indexes:
                if (table.name, index.name) not in used_indexes:
                    raise DeclarationError(
                        f"index {index.name!r} of table {table.name!r} is used by no access pattern; "
                        "drop it or declare the pattern that reads it"
                    )
        used_entities = {entity for pattern in self.patterns for entity in pattern.entities}
        for entity in self.entities:
            if entity not in used_entities:
                raise DeclarationError(f"entity {entity.__name__} is used by no access pattern")
        permitted = {pattern.id for persona in self.personas for pattern in persona.patterns}
        for pattern in self.patterns:
            if pattern.id not in permitted:
                raise DeclarationError(f"{_where(pattern)} is permitted to no persona")

    def _check_keys_cannot_collide(self) -> None:
        owners: dict[tuple[str, str, str], str] = {}
        for entity in self.entities:
            declared = entity.declaration
            keys = [(entity.__name__, declared.key)]
            keys += [(f"{entity.__name__}'s unique {unique.name!r}", unique.key) for unique in declared.unique]
            for owner, key in keys:
                table, partition, sort = declared.table.name, key.partition.literal_prefix, _sort_prefix(key)
                if (table, partition, sort) in owners:
                    other = owners[table, partition, sort]
                    raise DeclarationError(
                        f"{other} and {owner} could have the same key in table {table!r}: "
                        f"both begin with {partition!r} / {sort!r}"
                    )
                owners[table, partition, sort] = owner

    def _check_queries_read_what_they_name(self) -> None:
        for pattern in self.patterns:
            for request in pattern.requests:
                if not isinstance(request, Query):
                    continue
                for stranger in self._strangers_in(request):
                    raise DeclarationError(
                        f"{_where(pattern)} would also read {stranger.__name__}, which has keys in the same partition; "
                        "name it among the query's entities, or bound the sort key with sort_prefix or between"
                    )

    def _check_everything_has_an_owner(self) -> None:
        for bucket in self.buckets:
            if bucket.ownership is None:
                raise DeclarationError(
                    f"bucket {bucket.name!r} does not declare whose data it holds; give `ownership`: "
                    "OwnedBy(field=…) of its object key, or NotPersonal(reason=…)"
                )
        for entity in self.entities:
            where = f"entity {entity.__name__}"
            declared = entity.declaration
            require_ownership(where, declared.ownership, declared.kinds)
            for ownership in declared.ownership:
                place = place_of(entity, ownership)
                if isinstance(place, Collection):
                    for stranger in self._strangers_in(place.request):
                        raise DeclarationError(
                            f"{where}: a list of what a user owns of it would also read {stranger.__name__}, which has "
                            "keys in the same partition; begin the sort keys with different texts"
                        )

    def _strangers_in(self, query: Query) -> Iterator[type[Entity]]:
        first = query.entities[0].declaration
        is_bounded = query.sort_prefix is not None or query.between is not None
        read = (
            {_sort_prefix(entity.declaration.key_in(query.index)) for entity in query.entities} if is_bounded else {""}
        )
        for entity in self.entities:
            declared = entity.declaration
            if entity in query.entities or declared.table != first.table:
                continue
            if query.index is not None and query.index not in declared.indexes:
                continue
            key = declared.key_in(query.index)
            if key.partition.literal_prefix != query.key.partition.literal_prefix:
                continue
            if any(_sort_prefix(key).startswith(prefix) or prefix.startswith(_sort_prefix(key)) for prefix in read):
                yield entity


def _where(pattern: AccessPattern) -> str:
    return f"access pattern {pattern.id} {pattern.name}"


def _sort_prefix(key: Key) -> str:
    return key.sort.literal_prefix if key.sort else ""


def _require_listed(where: str, kind: str, name: str, listed: Sequence[Named]) -> None:
    if name not in [part.name for part in listed]:
        raise DeclarationError(f"{where} names {kind} {name!r}, which the model does not list")


def _named(parts: Sequence[Named], name: str) -> Named:
    for part in parts:
        if part.name == name:
            return part
    raise KeyError(f"{name!r} is not declared; there are {', '.join(part.name for part in parts)}")
