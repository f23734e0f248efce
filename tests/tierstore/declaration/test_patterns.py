"""Access patterns that no key or index serves are refused at import."""

from __future__ import annotations

from typing import Any

import pytest

from tierstore.declaration.entities import Entity, Unique
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import Shards, key
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import (
    Get,
    GetByUnique,
    GetShards,
    ObjectRequest,
    Query,
    Request,
    Write,
    create,
    update,
    write,
)
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Table
from tierstore.model.buckets import ASSETS

TABLE = Table(
    name="core",
    description="d",
    global_indexes=(GlobalIndex(name="gsi1", partition_key="gsi1pk", sort_key="gsi1sk"),),
    local_indexes=(LocalIndex(name="lsi1", sort_key="lsi1sk"),),
)
OTHER = Table(name="other", description="d")


class Author(
    Entity,
    table=TABLE,
    type="author",
    key=key("AUTHOR#{id}", "AUTHOR"),
    unique=(Unique(name="email", key=key("EMAIL#{email:casefold}", "GUARD")),),
):
    id: str
    email: str


class Book(
    Entity,
    table=TABLE,
    type="book",
    key=key("AUTHOR#{author_id}", "BOOK#{id}"),
    indexes={"gsi1": key("TITLE#{title}", "{id}"), "lsi1": key("AUTHOR#{author_id}", "{title}")},
):
    id: str
    author_id: str
    title: str


class Note(Entity, table=OTHER, type="note", key=key("AUTHOR#{author_id}", "NOTE")):
    author_id: str


class Sale(Entity, table=TABLE, type="sale", key=key("SALE#{book}#{shard}", "S", shards=Shards(count=2, by=None))):
    book: str


def pattern(*requests: Request, **changes: Any) -> AccessPattern:
    return AccessPattern(**{"id": "B1", "name": "books.list", "title": "t", "requests": requests} | changes)


def test_a_pattern_knows_its_entities_and_indexes() -> None:
    declared = pattern(Query(entities=(Book,), index="gsi1"), write(create(Author)), Get(entity=Note))

    assert list(declared.entities) == [Book, Author, Note]
    assert list(declared.indexes) == [(TABLE, "gsi1")]
    assert declared.group == "books"


def test_entities_of_one_item_collection_are_queried_together() -> None:
    declared = pattern(Query(entities=(Author, Book)))

    assert list(declared.entities) == [Author, Book]


def test_writing_an_entity_with_a_unique_constraint_is_a_transaction() -> None:
    assert write(update(Author, "email")).is_transaction
    assert not write(update(Book)).is_transaction


def test_an_update_that_leaves_unique_fields_alone_needs_no_transaction() -> None:
    assert not write(update(Author, "id")).is_transaction


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (
            Query(entities=(Author,), index="gsi1"),
            r"access pattern B1 books\.list: no index serves it: Author has no key in 'gsi1' \(its indexes: none\)",
        ),
        (Query(entities=()), "reads at least one entity"),
        (Query(entities=(Author, Note)), "cannot read several tables: core, other"),
        (Query(entities=(Author, Sale)), r"do not share a partition of the table's key: AUTHOR#\{\}, SALE#\{\}#\{\}"),
        (Query(entities=(Book,), sort_prefix="title"), "'title' is no field of the sort key of the table's key"),
        (Query(entities=(Book,), index="gsi1", between="title"), "'title' is no field of the sort key of gsi1"),
        (Query(entities=(Book,), index="gsi1", consistent=True), "'gsi1'.* cannot be read consistently"),
        (GetByUnique(entity=Author, unique="name"), "Author has no unique constraint 'name'; it has email"),
        (GetShards(entity=Book), "Book has no shards in its table key; use Get"),
        (Write(items=()), "writes nothing"),
        (write(update(Book, "titel")), "updates titel, which Book does not have"),
        (ObjectRequest(bucket=ASSETS, actions=()), "names no object action"),
    ],
)
def test_a_request_that_nothing_serves_is_refused(request_: Request, complaint: str) -> None:
    with pytest.raises(DeclarationError, match=complaint):
        pattern(request_)


def test_a_local_index_can_be_read_consistently() -> None:
    pattern(Query(entities=(Book,), index="lsi1", consistent=True))


@pytest.mark.parametrize("name", ["books", "books.", ".list", "books.by author"])
def test_a_name_that_is_no_method_is_refused(name: str) -> None:
    with pytest.raises(DeclarationError, match=r"must be <group>\.<method>"):
        pattern(Get(entity=Book), name=name)


def test_a_pattern_without_a_request_is_refused() -> None:
    with pytest.raises(DeclarationError, match="has no request"):
        pattern()
