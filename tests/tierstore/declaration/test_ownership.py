"""Every entity and bucket tells whose data it holds, and how a user's is found."""

from __future__ import annotations

from typing import Any

import pytest

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.entities import Entity
from tierstore.declaration.errors import DeclarationError
from tierstore.declaration.keys import Key, KeyTemplate, key
from tierstore.declaration.model import DataModel
from tierstore.declaration.ownership import Mentions, NotPersonal, OwnedBy, Ownership, PartOf
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.personas import Persona
from tierstore.declaration.places import Collection, Keys, place_of
from tierstore.declaration.requests import Get
from tierstore.declaration.tables import Table
from tierstore.model import DATA_MODEL

TABLE = Table(name="core", description="d", time_to_live="ttl")
NOTE_KEY = key("USER#{user_id}", "NOTE#{id}")
NOBODYS = NotPersonal(reason="nobody's")


def declare(*ownership: Ownership, key: Key = NOTE_KEY, expires: bool = False) -> type[Entity]:
    class Note(Entity, table=TABLE, type="note", key=key, expires=expires, ownership=ownership):
        id: str
        user_id: str
        reader_id: str | None = None

    return Note


def model(entity: type[Entity], bucket: Bucket) -> DataModel:
    pattern = AccessPattern(id="N1", name="notes.get", title="t", requests=(Get(entity=entity),))
    return DataModel(
        tables=(TABLE,),
        buckets=(bucket,),
        key_spaces=(),
        entities=(entity,),
        patterns=(pattern,),
        personas=(Persona(name="everybody", description="d", patterns=(pattern,)),),
    )


LOGS = Bucket(name="logs", description="d", receives_access_logs=True, ownership=NOBODYS)


@pytest.mark.parametrize(
    ("ownership", "problem"),
    [
        ((), "entity Note does not declare whose data it is; give `ownership`"),
        ((OwnedBy(field="owner"),), "ownership names 'owner', which is no field of it"),
        ((NOBODYS, OwnedBy(field="user_id")), "NotPersonal stands alone, with a reason"),
        ((NotPersonal(reason=""),), "NotPersonal stands alone, with a reason"),
        ((Mentions(field="user_id"),), "'user_id' mentions a user; it must be able to be None afterwards"),
        ((Mentions(field="reader_id"),), "neither its key nor an index finds its items by reader_id"),
    ],
)
def test_an_entity_that_does_not_tell_whose_data_it_is_is_refused(
    ownership: tuple[Ownership, ...], problem: str
) -> None:
    with pytest.raises(DeclarationError, match=problem):
        model(declare(*ownership), LOGS)


def test_a_part_names_fields_of_both_entities() -> None:
    whole = declare(OwnedBy(field="user_id"))

    with pytest.raises(DeclarationError, match="part of Note: ownership names 'title', which is no field of it"):
        model(declare(PartOf(whole=whole, fields={"id": "title"})), LOGS)


@pytest.mark.parametrize(
    ("bucket", "problem"),
    [
        ({}, "bucket 'logs' does not declare whose data it holds"),
        ({"ownership": OwnedBy(field="user_id")}, "which is not the first field of its object key"),
        (
            {"ownership": OwnedBy(field="user_id"), "object_key": KeyTemplate("x/{id}/{user_id}", separator="/")},
            "which is not the first field of its object key",
        ),
    ],
)
def test_a_bucket_whose_objects_cannot_be_told_apart_is_refused(bucket: dict[str, Any], problem: str) -> None:
    with pytest.raises(DeclarationError, match=problem):
        model(declare(NOBODYS), Bucket(name="logs", description="d", receives_access_logs=True, **bucket))


def test_items_are_found_by_a_collection_or_by_every_key_that_they_may_have() -> None:
    by_name = {entity.__name__: entity for entity in DATA_MODEL.entities}
    places = {
        name: [place_of(entity, ownership) for ownership in entity.declaration.ownership]
        for name, entity in by_name.items()
    }

    (tagging,), (counter,) = places["Tagging"], places["ContentCounter"]
    assert isinstance(tagging, Keys)
    assert isinstance(counter, Keys)
    assert len(list(counter.keys({"content_id": "c"}))) == 2 * 16
    (content,), (revision, edit) = places["Content"], places["Revision"]
    assert isinstance(content, Collection)
    assert (content.request.index, content.request.sort_prefix) == ("gsi1", None)
    assert isinstance(revision, Collection)
    assert (revision.request.index, revision.request.sort_prefix, revision.request.consistent) == (None, "number", True)
    assert isinstance(edit, Collection)
    assert edit.request.index == "gsi2"
    assert places["Lease"] == [None]


def test_what_expires_is_not_looked_for_by_key() -> None:
    expiring = declare(OwnedBy(field="user_id"), key=key("USER#{user_id}", "NOTE"), expires=True)

    with pytest.raises(DeclarationError, match="a read by key does not see what has expired"):
        place_of(expiring, OwnedBy(field="user_id"))
