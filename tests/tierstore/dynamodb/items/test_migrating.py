"""Items of earlier releases are read in today's shape, and written so; those of later releases are not touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from tests.tierstore.dynamodb.conftest import World
from tests.tierstore.dynamodb.people import Person, PersonBefore, PersonTomorrow
from tests.tierstore.dynamodb.specimens import TABLE, Specimen, specimens
from tierstore.core.pages import Page
from tierstore.declaration.entities import Entity, Unique
from tierstore.declaration.keys import key
from tierstore.declaration.requests import Query
from tierstore.dynamodb import changes
from tierstore.dynamodb.items.attribute_values import Item, text
from tierstore.dynamodb.items.codec import codec_of
from tierstore.dynamodb.ranges import Range
from tierstore.errors import CorruptError, NewerSchemaError, UnavailableError, VersionConflictError


class Team(Entity, table=TABLE, type="team", key=key("TEAM#{id}", "TEAM")):
    id: str


BY_CITY = Query(entities=(PersonBefore,), index="gsi1")
MEMBERS = Query(entities=(Person,), sort_prefix="id")
COLLECTION = Query(entities=(Team, Person))
ADA = {"team": "a", "id": "ada"}


def before(number: str = "ada") -> PersonBefore:
    return PersonBefore(team="a", id=number, email=f"{number}@example.org", name="Ada Lovelace")


@pytest.fixture
def old(world: World) -> PersonBefore:
    created = world.run(world.repository.create(before()))
    world.actions.clear()
    return created


def read(world: World) -> Person | None:
    return world.run(world.repository.get(Person, ADA, consistent=True))


def require(world: World) -> Person:
    found = read(world)
    assert found is not None
    return found


def raw(world: World, id_: str = "ada") -> Item:
    (item,) = [item for item in world.scan("test-things") if item["sk"] == text(f"PERSON#{id_}")]
    return dict(item)


def page(world: World, query: Query, values: dict[str, Any]) -> Page[Any]:
    return world.run(
        world.repository.page(Range(name="people.list", query=query, values=values), limit=10, cursor=None)
    )


def test_an_old_item_is_read_in_todays_shape_through_every_migration(world: World, old: PersonBefore) -> None:
    found = read(world)

    assert found == Person(
        team="a",
        id="ada",
        email="ada@example.org",
        given_name="Ada",
        family_name="Lovelace",
        place="Berlin",
        country="DE",
        version=old.version,
        created_at=old.created_at,
        updated_at=old.updated_at,
    )


def test_queries_collections_and_batches_read_old_and_new_items_together(world: World) -> None:
    world.run(world.repository.create(Team(id="a")))
    for number in ("1", "3"):
        world.run(world.repository.create(before(number)))
    bob = Person(team="a", id="2", email="b@b", given_name="Bob", family_name="", place="Rome", country="IT")
    world.run(world.repository.create(bob))

    listed = page(world, MEMBERS, {"team": "a"}).items
    together = page(world, COLLECTION, {"id": "a"}).items
    batch = world.run(world.repository.get_many(Person, [{"team": "a", "id": each} for each in ("3", "2", "1", "0")]))

    assert [(person.id, person.given_name) for person in listed] == [("1", "Ada"), ("2", "Bob"), ("3", "Ada")]
    assert [type(item) for item in together] == [Person, Person, Person, Team]
    assert [person and person.country for person in batch] == ["DE", "IT", "DE", None]


@pytest.mark.usefixtures("old")
def test_reading_changes_nothing_in_the_table(world: World) -> None:
    stored = raw(world)

    read(world)

    assert raw(world) == stored


@pytest.mark.usefixtures("old")
def test_a_write_of_an_old_item_stores_all_of_todays_shape(world: World) -> None:
    person = require(world)
    world.requests.clear()

    written = world.run(world.repository.update(person, given_name="Augusta"))

    assert world.actions == ["UpdateItem", "UpdateItem"]
    assert written.version == person.version + 1
    assert raw(world) == codec_of(Person).encode(written)


@pytest.mark.usefixtures("old")
def test_the_next_write_takes_one_request_again(world: World) -> None:
    written = world.run(world.repository.update(require(world), given_name="Augusta"))
    world.requests.clear()

    world.run(world.repository.update(written, given_name="Ada"))

    assert world.actions == ["UpdateItem"]


def test_a_write_of_an_old_item_that_somebody_changed_is_a_conflict(world: World, old: PersonBefore) -> None:
    person = require(world)
    world.run(world.repository.update(old, name="Ada King"))

    with pytest.raises(VersionConflictError) as conflict:
        world.run(world.repository.update(person, given_name="Augusta"))

    assert (conflict.value.expected, conflict.value.found) == (1, 2)
    assert require(world).family_name == "King"


def test_a_writer_of_the_earlier_release_conflicts_with_what_was_brought_up_to_date(
    world: World, old: PersonBefore
) -> None:
    world.run(world.repository.write(changes.migrate(require(world), raw(world))))
    up_to_date = raw(world)

    with pytest.raises(NewerSchemaError):
        world.run(world.repository.update(old, name="Ada King"))

    assert raw(world) == up_to_date


@pytest.mark.usefixtures("old")
def test_an_old_item_changes_together_with_others(world: World) -> None:
    person = require(world)
    moved = changes.update(person, now=world.moment, email="lovelace@example.org")
    team = changes.create(Team(id="a"), now=world.moment)

    world.run(world.repository.write(moved, team))

    assert raw(world) == codec_of(Person).encode(moved.result)
    assert world.run(world.repository.get_by_unique(Person, "email", {"email": "ada@example.org"})) is None
    assert world.run(world.repository.get_by_unique(Person, "email", {"email": "lovelace@example.org"})) == moved.result


@pytest.mark.usefixtures("old")
def test_a_write_of_an_old_item_whose_answer_was_lost_takes_effect_once(world: World) -> None:
    def lose_answer(_: Any) -> None:
        raise UnavailableError("connection reset", in_doubt=True)

    person = require(world)
    world.before = [lambda _: None]
    world.after = [lose_answer]

    written = world.run(world.repository.update(person, given_name="Augusta"))

    assert require(world) == written


@pytest.mark.usefixtures("old")
def test_an_old_item_is_deleted_with_its_guard(world: World) -> None:
    world.run(world.repository.delete(require(world)))

    assert world.scan("test-things") == []


@pytest.mark.parametrize("asked", ["get", "query", "batch", "collection", "update"])
def test_an_item_of_a_later_release_is_an_error_that_says_so(world: World, asked: str) -> None:
    world.run(world.repository.create(Team(id="a")))
    world.run(world.repository.create(PersonTomorrow(team="a", id="ada")))
    known = Person(
        team="a", id="ada", email="a@a", given_name="", family_name="", place="Rome", country="IT", version=1
    )
    asking: dict[str, Callable[[], object]] = {
        "get": lambda: read(world),
        "query": lambda: page(world, MEMBERS, {"team": "a"}),
        "batch": lambda: world.run(world.repository.get_many(Person, [ADA])),
        "collection": lambda: page(world, COLLECTION, {"id": "a"}),
        "update": lambda: world.run(world.repository.update(known, place="Paris")),
    }

    with pytest.raises(NewerSchemaError, match="an item of Person has schema version 4, this release knows 3 at most"):
        asking[asked]()


def stored_as(version: int, **attributes: str) -> Item:
    return {
        "pk": text("TEAM#a"),
        "sk": text("PERSON#ada"),
        "type": text("person"),
        "schema_version": {"N": str(version)},
        "version": {"N": "1"},
        "created_at": text("2026-01-01T00:00:00Z"),
        "updated_at": text("2026-01-01T00:00:00Z"),
        **{name: text(value) for name, value in attributes.items()},
    }


def migrating_to(migration: Any, **arguments: Any) -> type[Entity]:
    class Changed(
        Entity,
        table=TABLE,
        type="person",
        key=key("TEAM#{team}", "PERSON#{id}"),
        schema_version=3,
        migrations={2: migration},
        **arguments,
    ):
        team: str
        id: str
        email: str = ""

    return Changed


UNIQUE_EMAIL = {"unique": (Unique(name="email", key=key("EMAIL#{email}", "GUARD")),)}


@pytest.mark.parametrize(
    ("entity", "version", "problem"),
    [
        (migrating_to(lambda item: {**item, "id": "eve"}), 2, "its migration changed the key"),
        (migrating_to(lambda item: {**item, "email": "x"}, **UNIQUE_EMAIL), 2, "change email, which a unique"),
        (migrating_to(lambda item: {**item, "email": 0.5}), 2, "made what cannot be stored: is a float"),
        (migrating_to(lambda item: {**item, "email": 5}), 2, "cannot be read as Changed"),
        (migrating_to(lambda item: item["missing"]), 2, "from schema version 2 failed: KeyError"),
        (migrating_to(lambda item: item), 1, "for which there is no migration any more; .* begins with 2"),
    ],
)
def test_a_migration_that_cannot_be_right_is_an_error(entity: type[Entity], version: int, problem: str) -> None:
    with pytest.raises(CorruptError, match=problem):
        codec_of(entity).decode(stored_as(version, team="a", id="ada", email="ada@example.org"))


class SpecimenTomorrow(
    Specimen,
    table=TABLE,
    type="specimen",
    key=Specimen.declaration.key,
    indexes=Specimen.declaration.indexes,
    only_indexed_when=Specimen.declaration.only_indexed_when,
    expires=True,
    schema_version=2,
    migrations={1: lambda item: item},
):
    """The same fields as before."""


@given(specimen=specimens)
def test_a_migration_that_changes_nothing_loses_nothing(specimen: Specimen) -> None:
    migrated = codec_of(SpecimenTomorrow).decode(codec_of(Specimen).encode(specimen))

    assert migrated.__dict__ == specimen.__dict__


def test_an_item_that_tells_no_schema_version_is_of_the_first() -> None:
    item = codec_of(PersonBefore).encode(replace(before(), version=1))
    del item["schema_version"]

    assert codec_of(PersonBefore).decode(item).name == "Ada Lovelace"
    assert codec_of(Person).decode(item).family_name == "Lovelace"
