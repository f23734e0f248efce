"""Every item of an earlier schema version is written at the declared one, once, whatever comes between."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import World, moto, world
from tests.tierstore.dynamodb.people import Person, PersonBefore
from tierstore.backfill.backfilling import Backfill, Backfilled
from tierstore.backfill.progress import Counts
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.dynamodb.items.codec import codec_of
from tierstore.errors import InvalidError, UnavailableError
from tierstore.model.users import Preferences, User

__all__ = ["moto", "world"]

PEOPLE = 25


class Killed(BaseException):
    """What nobody catches."""


@pytest.fixture
def people(world: World) -> list[PersonBefore]:
    """Items of the first release, among others."""
    people = [
        world.run(
            world.repository.create(
                PersonBefore(team=f"t{number}", id=str(number), email=f"{number}@example.org", name="Ada Lovelace")
            )
        )
        for number in range(PEOPLE)
    ]
    world.run(world.repository.create(User(email="ada@example.org", display_name="Ada")))
    world.requests.clear()
    return people


def backfill(world: World, **options: Any) -> Backfilled:
    return world.run(Backfill(items=world.repository, entity=Person, **({"segments": 2, "page": 4} | options)).run())


def stored(world: World) -> list[Person]:
    """Everybody, who has to be as the declared version is stored."""
    items = [item for item in world.scan("test-things") if item["type"] == {"S": "person"}]
    people = [codec_of(Person).decode(item) for item in items]
    assert items == [codec_of(Person).encode(person) for person in people]
    return people


@pytest.mark.usefixtures("people")
def test_every_item_is_written_in_todays_shape_and_only_once(world: World) -> None:
    done = backfill(world)

    assert (done.is_finished, done.counts.found, done.counts.migrated) == (True, PEOPLE, PEOPLE)
    people = stored(world)
    assert [person.version for person in people] == [2] * PEOPLE
    assert {person.given_name for person in people} == {"Ada"}
    assert backfill(world).counts.found == 0
    assert [person.version for person in stored(world)] == [2] * PEOPLE


def test_when_it_was_changed_last_stays_known(world: World, people: list[PersonBefore]) -> None:
    world.pass_by(days=1)

    backfill(world)

    assert {person.updated_at for person in stored(world)} == {people[0].updated_at}


@pytest.mark.usefixtures("people")
def test_a_dry_run_counts_and_writes_nothing(world: World) -> None:
    done = backfill(world, dry_run=True)

    assert (done.counts.found, done.counts.migrated, done.is_complete) == (PEOPLE, 0, True)
    assert set(world.actions) == {"Scan"}


def dies_before(world: World, request: int) -> None:
    def die(_: DynamoDBRequest[Any]) -> None:
        raise Killed

    world.before = [*([lambda _: None] * request), die]


def count_actions(world: World, *, of: str) -> int:
    return world.actions.count(of)


@pytest.mark.usefixtures("people")
def test_a_run_that_was_killed_is_continued_where_it_was(world: World) -> None:
    whole = count_pages(world)
    for _ in range(20):
        dies_before(world, 9)
        try:
            backfill(world, segments=1)
        except Killed:
            continue
        break
    world.before = []
    pages = count_actions(world, of="Scan")

    done = backfill(world, segments=1)

    assert len(stored(world)) == PEOPLE
    assert {person.version for person in stored(world)} == {2}
    # Each kill costs no more than the page that it was in.
    assert pages <= whole + 20
    assert done.counts.found == 0


def count_pages(world: World) -> int:
    backfill(world, segments=1, dry_run=True)
    return count_actions(world, of="Scan")


@pytest.mark.usefixtures("people")
def test_a_run_that_is_stopped_ends_after_its_page_and_goes_on_later(world: World) -> None:
    told: list[Counts] = []
    first = backfill(world, segments=1, told=told.append, stopped=lambda: len(told) == 3)
    second = backfill(world, segments=1)

    assert (first.is_complete, second.is_complete) == (False, True)
    assert first.counts.migrated == told[-1].migrated < PEOPLE
    assert second.counts.migrated == PEOPLE
    assert len(stored(world)) == PEOPLE


def test_a_concurrent_writer_is_never_overwritten(world: World, people: list[PersonBefore]) -> None:
    """Of this release: the item is up to date then. Of the last one: what it wrote is brought up to date."""
    by_this_release, by_the_last = people[0], people[1]

    def write_meanwhile(request: DynamoDBRequest[Any]) -> None:
        if request.action != "Scan":
            return
        world.after = []
        person = world.run(
            world.repository.get(Person, {"team": by_this_release.team, "id": by_this_release.id}, consistent=True)
        )
        assert person is not None
        world.run(world.repository.update(person, given_name="Augusta"))
        world.run(world.repository.update(by_the_last, name="Grace Hopper"))

    world.after = [write_meanwhile] * 2
    done = backfill(world, segments=1, page=100)

    by_id = {person.id: person for person in stored(world)}
    assert (by_id["0"].given_name, by_id["0"].version) == ("Augusta", 2)
    assert (by_id["1"].family_name, by_id["1"].version) == ("Hopper", 3)
    assert (done.counts.migrated, done.counts.overtaken) == (PEOPLE - 1, 1)


def test_an_item_that_cannot_be_migrated_is_counted_and_left(world: World, people: list[PersonBefore]) -> None:
    item = codec_of(PersonBefore).encode(replace(people[0]))
    del item["name"]
    world.carry_out(
        DynamoDBRequest(action="PutItem", document={"TableName": "test-things", "Item": item}, decode=bytes)
    )

    done = backfill(world)

    assert (done.counts.failed, done.counts.migrated) == (1, PEOPLE - 1)
    assert (done.is_complete, done.is_finished) == (True, False)


@pytest.mark.usefixtures("people")
def test_a_write_whose_answer_was_lost_is_not_made_twice(world: World) -> None:
    def lose(request: DynamoDBRequest[Any]) -> None:
        if request.action == "UpdateItem" and request.document["TableName"] == "test-things":
            raise UnavailableError("connection reset", in_doubt=True)

    world.after = [lose, lambda _: None] * 10
    backfill(world)

    assert {person.version for person in stored(world)} == {2}


@pytest.mark.usefixtures("people")
def test_the_units_a_second_are_kept(world: World) -> None:
    done = backfill(world, segments=1, read_units=2, write_units=5)

    # The clock stands still, so every pause is owed in full and the last is the sum.
    assert done.counts.write_units > 0
    assert max(world.slept) == pytest.approx(max(done.counts.write_units / 5, done.counts.read_units / 2))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"entity": Preferences}, "Preferences has schema version 1 and no migrations; there is nothing to back-fill"),
        ({"segments": 0}, "0 segments; allowed are 1 to 32"),
        ({"read_units": 0}, "0 read units a second; give a number above 0"),
        ({"write_units": -1}, "-1 write units a second; give a number above 0"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_read(
    world: World, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidError, match=problem):
        world.run(Backfill(items=world.repository, **({"entity": Person} | options)).run())

    assert world.actions == []
