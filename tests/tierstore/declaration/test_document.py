"""The page about the data model says what is declared, and the committed copy is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from tierstore.declaration.document import render_document
from tierstore.model import DATA_MODEL

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def page() -> str:
    return render_document(DATA_MODEL)


def test_every_declared_part_is_on_the_page(page: str) -> None:
    names = [
        *(f"**{table.name}**" for table in DATA_MODEL.tables),
        *(f"**{entity.__name__}**" for entity in DATA_MODEL.entities),
        *(f"| {pattern.id} | `{pattern.name}` |" for pattern in DATA_MODEL.patterns),
        *(f"`{space.prefix}`" for space in DATA_MODEL.key_spaces),
        *(f"| {bucket.name} |" for bucket in DATA_MODEL.buckets),
        *(f"| {persona.name} |" for persona in DATA_MODEL.personas),
    ]

    assert [name for name in names if name not in page] == []


def test_every_table_row_has_as_many_cells_as_its_header(page: str) -> None:
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]

    assert tables
    for header, *rows in tables:
        assert {row.replace("\\|", "").count("|") for row in rows} == {header.count("|")}


def test_the_committed_page_is_what_the_declaration_says(page: str) -> None:
    committed = (REPOSITORY / "docs" / "data-model.md").read_text()

    assert committed == page, "docs/data-model.md is out of date: run `make docs`"
