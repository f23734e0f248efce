"""Tables and their indexes, as DynamoDB knows them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tierstore.declaration.errors import DeclarationError, require_identifier, require_unique

MAXIMUM_GLOBAL_INDEXES: Final = 20
"""Global secondary indexes a table may have (DynamoDB service quota)."""
MAXIMUM_LOCAL_INDEXES: Final = 5
"""Local secondary indexes a table may have (DynamoDB service quota)."""
MAXIMUM_INCLUDED_ATTRIBUTES: Final = 100
"""Non-key attributes that all indexes of a table may project by INCLUDE together (DynamoDB service quota)."""


class ProjectionType(StrEnum):
    """Which attributes of an item an index copies."""

    ALL = "ALL"
    KEYS_ONLY = "KEYS_ONLY"
    INCLUDE = "INCLUDE"


@dataclass(frozen=True, kw_only=True)
class Projection:
    """The attributes that an index copies; `attributes` is for INCLUDE alone."""

    type: ProjectionType = ProjectionType.ALL
    attributes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.type is ProjectionType.INCLUDE) != bool(self.attributes):
            raise DeclarationError(
                f"projection {self.type} with attributes {list(self.attributes)}: "
                "INCLUDE names at least one attribute, ALL and KEYS_ONLY name none"
            )


class StreamView(StrEnum):
    """What a change record of a table's stream carries."""

    KEYS_ONLY = "KEYS_ONLY"
    NEW_IMAGE = "NEW_IMAGE"
    OLD_IMAGE = "OLD_IMAGE"
    NEW_AND_OLD_IMAGES = "NEW_AND_OLD_IMAGES"


@dataclass(frozen=True, kw_only=True)
class GlobalIndex:
    """A global secondary index: other keys, eventually consistent."""

    name: str
    partition_key: str
    sort_key: str | None = None
    projection: Projection = Projection()


@dataclass(frozen=True, kw_only=True)
class LocalIndex:
    """A local secondary index: the table's partition key, another sort key, strongly consistent."""

    name: str
    sort_key: str
    projection: Projection = Projection()


@dataclass(frozen=True, kw_only=True)
class Table:
    """One DynamoDB table; every key attribute is a string, since entities share it by prefixed keys.

    Raises `DeclarationError` where DynamoDB would refuse the table.
    """

    name: str
    description: str
    partition_key: str = "pk"
    sort_key: str | None = "sk"
    global_indexes: tuple[GlobalIndex, ...] = ()
    local_indexes: tuple[LocalIndex, ...] = ()
    time_to_live: str | None = None
    """Attribute with the epoch second at which DynamoDB may delete an item."""
    stream: StreamView | None = None

    @property
    def indexes(self) -> tuple[GlobalIndex | LocalIndex, ...]:
        """The global indexes, then the local ones."""
        return (*self.global_indexes, *self.local_indexes)

    def __post_init__(self) -> None:
        where = f"table {self.name!r}"
        require_identifier(self.name, where)
        require_unique((index.name for index in self.indexes), f"{where}: index names")
        if len(self.global_indexes) > MAXIMUM_GLOBAL_INDEXES:
            raise DeclarationError(
                f"{where} has {len(self.global_indexes)} global indexes; DynamoDB allows {MAXIMUM_GLOBAL_INDEXES}"
            )
        if len(self.local_indexes) > MAXIMUM_LOCAL_INDEXES:
            raise DeclarationError(
                f"{where} has {len(self.local_indexes)} local indexes; DynamoDB allows {MAXIMUM_LOCAL_INDEXES}"
            )
        if self.local_indexes and self.sort_key is None:
            raise DeclarationError(
                f"{where} has local index {self.local_indexes[0].name!r} but no sort key; "
                "a local index needs a table with a sort key"
            )
        for index in self.local_indexes:
            if index.sort_key in (self.partition_key, self.sort_key):
                raise DeclarationError(
                    f"{where}: local index {index.name!r} sorts by {index.sort_key!r}, a key of the table itself"
                )
        included = {name for index in self.indexes for name in index.projection.attributes}
        if len(included) > MAXIMUM_INCLUDED_ATTRIBUTES:
            raise DeclarationError(
                f"{where} projects {len(included)} attributes by INCLUDE; DynamoDB allows {MAXIMUM_INCLUDED_ATTRIBUTES}"
            )

    @property
    def key_attributes(self) -> tuple[str, ...]:
        """Every attribute that is a key of the table or of an index, sorted by name; all are strings."""
        names = {self.partition_key, self.sort_key}
        names.update(key for index in self.global_indexes for key in (index.partition_key, index.sort_key))
        names.update(index.sort_key for index in self.local_indexes)
        return tuple(sorted(name for name in names if name is not None))

    def index(self, name: str) -> GlobalIndex | LocalIndex:
        """The index called `name`; raises `KeyError` where there is none."""
        for index in self.indexes:
            if index.name == name:
                return index
        raise KeyError(name)
