"""How items that an earlier release wrote become what this one declares: one pure function for each version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tierstore.declaration.errors import DeclarationError

Migration: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes the attributes of an item of one schema version those of the next.

It is given what the item's fields were stored as: texts (moments too, in ISO 8601), `int` or `Decimal`, booleans,
bytes, None, lists, dictionaries and frozen sets. An attribute may be missing whose value was None or an empty set. The
item's keys, `version`, `created_at`, `updated_at` and its expiry are kept as they are. It must not change the fields
that the item's key or a unique constraint is made of, and must depend on nothing but its argument.
"""


def check_migrations(where: str, schema_version: int, migrations: Mapping[int, Migration]) -> None:
    """Raise `DeclarationError` unless the migrations lead, without a gap, to the schema version."""
    if schema_version < 1:
        raise DeclarationError(f"{where}: schema_version is {schema_version}, it starts at 1")
    given = sorted(migrations)
    if not given:
        if schema_version > 1:
            raise DeclarationError(
                f"{where}: schema_version is {schema_version}, but there is no migration from "
                f"{schema_version - 1}; items of that version could not be read any more"
            )
        return
    if given[0] < 1 or given[-1] >= schema_version:
        raise DeclarationError(
            f"{where}: a migration starts from version {given[-1] if given[0] >= 1 else given[0]}; "
            f"with schema_version {schema_version} they start from 1 to {schema_version - 1}"
        )
    missing = sorted(set(range(given[0], schema_version)) - migrations.keys())
    if missing:
        raise DeclarationError(
            f"{where}: there are migrations from {', '.join(map(str, given))}, but none from "
            f"{', '.join(map(str, missing))}; each leads to the next version, without a gap up to {schema_version}"
        )
