"""A cursor leads back to its place, for the query that made it and for no other."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tierstore.dynamodb.conftest import CONNECTION
from tierstore.dynamodb.cursors import Cursors
from tierstore.errors import InvalidCursorError

texts = st.text(max_size=30)
places = st.lists(texts, min_size=1, max_size=4).map(tuple)
keys = st.binary(min_size=32, max_size=32)


@given(keys, texts, places)
def test_a_cursor_leads_back_to_its_place(key: bytes, query: str, place: tuple[str, ...]) -> None:
    cursor = Cursors(key).seal(query, place)

    assert Cursors(key).open(query, cursor) == place
    assert cursor.replace("-", "").replace("_", "").isalnum(), "it fits into a URL as it is"


@given(keys, texts, texts, places)
def test_a_cursor_of_another_query_is_refused(key: bytes, query: str, other: str, place: tuple[str, ...]) -> None:
    cursor = Cursors(key).seal(query, place)

    if query != other:
        with pytest.raises(InvalidCursorError):
            Cursors(key).open(other, cursor)


@given(keys, texts, places, st.data())
def test_a_cursor_that_was_changed_is_refused(
    key: bytes, query: str, place: tuple[str, ...], data: st.DataObject
) -> None:
    cursor = Cursors(key).seal(query, place)
    position = data.draw(st.integers(0, len(cursor) - 2))
    character = "A" if cursor[position] != "A" else "B"

    with pytest.raises(InvalidCursorError, match="the cursor does not belong to this list"):
        Cursors(key).open(query, cursor[:position] + character + cursor[position + 1 :])


@given(texts)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        Cursors(b"key").open("query", text)


def test_a_cursor_of_another_key_is_refused() -> None:
    with pytest.raises(InvalidCursorError):
        Cursors(b"one").open("query", Cursors(b"other").seal("query", ("place",)))


def test_without_a_key_of_its_own_an_environment_still_refuses_anothers_cursors() -> None:
    cursor = Cursors.of(CONNECTION).seal("query", ("place",))

    assert Cursors.of(CONNECTION).open("query", cursor) == ("place",)
    with pytest.raises(InvalidCursorError):
        Cursors.of(replace(CONNECTION, environment="prod")).open("query", cursor)
    with pytest.raises(InvalidCursorError):
        Cursors.of(replace(CONNECTION, cursor_key=b"k" * 32)).open("query", cursor)
