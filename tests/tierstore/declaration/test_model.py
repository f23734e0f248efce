"""Parts of a model that do not fit each other are refused at import."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.entities import Entity
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import KeyTemplate, key
from tierstore.declaration.model import DataModel
from tierstore.declaration.ownership import NotPersonal, OwnedBy
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.personas import Persona
from tierstore.declaration.policies import KeySpace, KeySpaceUse
from tierstore.declaration.requests import Get, KeySpaceRequest, ObjectAction, ObjectRequest, Query, Request
from tierstore.declaration.tables import GlobalIndex, Table

TABLE = Table(name="core", description="d")
NOBODYS = NotPersonal(reason="nobody's")
LOGS = Bucket(name="logs", description="d", receives_access_logs=True, ownership=NOBODYS)
UNLISTED_BUCKET = Bucket(name="unlisted", description="d")
UNLISTED_SPACE = KeySpace(name="unlisted", description="d", use=KeySpaceUse.CACHE, key=KeyTemplate("{id}"))


class Author(Entity, table=TABLE, type="author", key=key("AUTHOR#{id}", "AUTHOR"), ownership=(OwnedBy(field="id"),)):
    id: str


class Book(
    Entity,
    table=TABLE,
    type="book",
    key=key("AUTHOR#{author_id}", "BOOK#{id}"),
    ownership=(OwnedBy(field="author_id"),),
):
    id: str
    author_id: str


class Twin(Entity, table=TABLE, type="twin", key=key("AUTHOR#{name}", "BOOK#{name}")):
    name: str


def pattern(id_: str, *requests: Request) -> AccessPattern:
    return AccessPattern(id=id_, name=f"books.{id_}", title="t", requests=requests)


GET_AUTHOR = pattern("author", Get(entity=Author))
GET_BOOK = pattern("book", Get(entity=Book))


def model(**changes: Any) -> DataModel:
    parts: dict[str, Any] = {
        "tables": (TABLE,),
        "buckets": (LOGS,),
        "key_spaces": (),
        "entities": (Author, Book),
        "patterns": (GET_AUTHOR, GET_BOOK),
    } | changes
    everybody = Persona(name="everybody", description="d", patterns=parts["patterns"])
    return DataModel(**({"personas": (everybody,)} | parts))


def with_pattern(*requests: Request) -> dict[str, Any]:
    return {"patterns": (GET_AUTHOR, GET_BOOK, pattern("extra", *requests))}


def test_a_model_whose_parts_fit_is_accepted() -> None:
    declared = model()

    assert declared.table("core") is TABLE
    assert declared.access_log_bucket is LOGS


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="'cor' is not declared; there are core"):
        model().table("cor")


def test_an_index_that_no_pattern_uses_is_refused() -> None:
    indexed = replace(TABLE, global_indexes=(GlobalIndex(name="idle", partition_key="p"),))

    class Item(Entity, table=indexed, type="item", key=key("ITEM#{id}", "ITEM")):
        id: str

    with pytest.raises(DeclarationError, match="index 'idle' of table 'core' is used by no access pattern"):
        model(tables=(indexed,), entities=(Item,), patterns=(pattern("item", Get(entity=Item)),))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"tables": ()}, "entity Author names table 'core', which the model does not list"),
        ({"entities": (Author,)}, "access pattern book .* uses entity Book, which the model does not list"),
        ({"patterns": (GET_AUTHOR,)}, "entity Book is used by no access pattern"),
        ({"buckets": ()}, "exactly one bucket receives access logs, declared are: none"),
        ({"entities": (Author, Book, Author)}, "entity types must differ, .* more than once: author"),
        (
            with_pattern(ObjectRequest(bucket=UNLISTED_BUCKET, actions=(ObjectAction.READ,))),
            "names bucket 'unlisted', which the model does not list",
        ),
        (
            with_pattern(KeySpaceRequest(key_space=UNLISTED_SPACE)),
            "names key space 'unlisted', which the model does not list",
        ),
        (
            {"personas": (Persona(name="one", description="d", patterns=(GET_AUTHOR,)),)},
            "access pattern book books.book is permitted to no persona",
        ),
        (
            {
                "personas": (
                    Persona(name="one", description="d", patterns=(GET_AUTHOR, pattern("x", Get(entity=Book)))),
                )
            },
            "persona 'one' names access pattern 'books.x', which the model does not list",
        ),
        (
            {"entities": (Author, Book, Twin), **with_pattern(Get(entity=Twin))},
            "Book and Twin could have the same key in table 'core': both begin with 'AUTHOR#' / 'BOOK#'",
        ),
        (
            with_pattern(Query(entities=(Book,))),
            "access pattern extra books.extra would also read Author, which has keys in the same partition",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DeclarationError, match=complaint):
        model(**changes)


def test_a_bounded_query_may_share_its_partition_with_others() -> None:
    model(**with_pattern(Query(entities=(Book,), sort_prefix="id")))


def test_a_persona_without_patterns_is_refused() -> None:
    with pytest.raises(DeclarationError, match="persona 'idle' may use no access pattern"):
        Persona(name="idle", description="d", patterns=())
