"""From an item that an earlier release wrote to one of the declared schema version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tierstore.declaration.entities import SCHEMA_VERSION_ATTRIBUTE, TYPE_ATTRIBUTE, Entity
from tierstore.dynamodb.items import attribute_values
from tierstore.dynamodb.items.attribute_values import AttributeValue, Item, UnstorableError, number, text
from tierstore.errors import CorruptError, NewerSchemaError

_ALWAYS_KEPT: Final = frozenset({TYPE_ATTRIBUTE, "version", "created_at", "updated_at"})


def schema_version_of(item: Mapping[str, AttributeValue]) -> int:
    """The schema version of an item; one that tells none is of the first."""
    return int(item.get(SCHEMA_VERSION_ATTRIBUTE, {}).get("N", "1"))


class Migrating:
    """The migrations of one entity, as its items go through them."""

    def __init__(self, entity: type[Entity], *, kept: frozenset[str]) -> None:
        declared = entity.declaration
        self._entity = entity.__name__
        self._type = text(declared.type)
        self._version = declared.schema_version
        self._migrations = declared.migrations
        self._kept = _ALWAYS_KEPT | kept | {name for name in (declared.table.time_to_live,) if name is not None}
        self._constrained = tuple(dict.fromkeys(name for unique in declared.unique for name in unique.key.fields))

    def concerns(self, item: Mapping[str, AttributeValue]) -> bool:
        """Whether the item is of this entity, but of another schema version."""
        return item.get(TYPE_ATTRIBUTE, self._type) == self._type and schema_version_of(item) != self._version

    def migrated(self, item: Mapping[str, AttributeValue]) -> Item:
        """The item at the declared schema version, its keys and versions kept.

        Raises `NewerSchemaError` for an item of a later release, and `CorruptError` for one that is older than all
        migrations, or where a migration fails or changes a field of a unique constraint.
        """
        found = schema_version_of(item)
        if found > self._version:
            raise NewerSchemaError(
                f"an item of {self._entity} has schema version {found}, this release knows {self._version} at most; "
                "a later release wrote it: deploy that one here, too"
            )
        kept = {name: value for name, value in item.items() if name in self._kept}
        values = {
            name: attribute_values.decode(value)
            for name, value in item.items()
            if name not in self._kept and name != SCHEMA_VERSION_ATTRIBUTE
        }
        before = {name: values.get(name) for name in self._constrained}
        for version in range(found, self._version):
            values = self._migrate(values, version)
        if changed := [name for name, value in before.items() if values.get(name) != value]:
            raise CorruptError(
                f"the migrations of {self._entity} change {', '.join(changed)}, which a unique constraint is made of; "
                "its guard would be lost"
            )
        try:
            written = {name: attribute_values.encode(value) for name, value in values.items()}
        except UnstorableError as error:
            raise CorruptError(f"a migration of {self._entity} made what cannot be stored: {error}") from error
        return {**written, **kept, SCHEMA_VERSION_ATTRIBUTE: number(self._version)}

    def _migrate(self, values: dict[str, Any], version: int) -> dict[str, Any]:
        try:
            migration = self._migrations[version]
        except KeyError:
            raise CorruptError(
                f"an item of {self._entity} has schema version {version}, for which there is no migration any more; "
                f"back-fill with a release that has it (this one begins with {min(self._migrations, default=None)})"
            ) from None
        try:
            return migration(dict(values))
        except Exception as error:
            raise CorruptError(
                f"the migration of {self._entity} from schema version {version} failed: "
                f"{type(error).__name__} (its message may hold what the item holds, so it is the cause only)"
            ) from error
