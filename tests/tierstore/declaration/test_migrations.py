"""Migrations lead without a gap to the schema version that an entity declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tierstore.declaration.entities import Entity
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import key
from tierstore.declaration.migrations import Migration
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import add, write
from tierstore.declaration.tables import Table

TABLE = Table(name="core", description="d")


def same(item: dict[str, Any]) -> dict[str, Any]:
    return item


def declare(schema_version: int, migrations: Mapping[int, Migration]) -> type[Entity]:
    class Book(
        Entity,
        table=TABLE,
        type="book",
        key=key("BOOK#{id}", "BOOK"),
        schema_version=schema_version,
        migrations=migrations,
    ):
        id: str
        copies: int = 0

    return Book


@pytest.mark.parametrize(("schema_version", "from_versions"), [(1, ()), (2, (1,)), (4, (1, 2, 3)), (4, (3,))])
def test_a_chain_that_ends_at_the_schema_version_is_taken(schema_version: int, from_versions: tuple[int, ...]) -> None:
    declared = declare(schema_version, dict.fromkeys(from_versions, same)).declaration

    assert tuple(declared.migrations) == from_versions


@pytest.mark.parametrize(
    ("schema_version", "from_versions", "problem"),
    [
        (0, (), "schema_version is 0, it starts at 1"),
        (2, (), "there is no migration from 1; items of that version could not be read any more"),
        (4, (1, 3), "there are migrations from 1, 3, but none from 2"),
        (4, (1, 2), "there are migrations from 1, 2, but none from 3"),
        (2, (1, 2), "a migration starts from version 2; with schema_version 2 they start from 1 to 1"),
        (3, (0, 1, 2), "a migration starts from version 0; with schema_version 3 they start from 1 to 2"),
    ],
)
def test_a_chain_with_a_gap_or_beyond_the_schema_version_is_refused(
    schema_version: int, from_versions: tuple[int, ...], problem: str
) -> None:
    with pytest.raises(DeclarationError, match=f"entity Book: .*{problem}"):
        declare(schema_version, dict.fromkeys(from_versions, same))


def test_a_counter_that_grows_without_being_read_has_no_migrations() -> None:
    with pytest.raises(DeclarationError, match="adds to Book without reading it"):
        AccessPattern(id="B1", name="books.add", title="t", requests=(write(add(declare(2, {1: same}))),))
