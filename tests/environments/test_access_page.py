"""The page about roles says what is permitted."""

from __future__ import annotations

from pathlib import Path

from environments.access_page import render
from tierstore.model import DATA_MODEL

PAGE = Path(__file__).parents[2] / "docs" / "access.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == render(DATA_MODEL), "docs/access.md is out of date: run `make docs`"


def test_every_persona_is_on_it() -> None:
    page = render(DATA_MODEL)

    assert all(f"\n### {persona.name}\n" in page for persona in DATA_MODEL.personas)
    assert (
        "| table core | `USER#${aws:PrincipalTag/user_id}` | DeleteItem, GetItem, PutItem, Query, UpdateItem |" in page
    )
