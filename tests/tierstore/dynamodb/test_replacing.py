"""Replacing keeps what the item's history needs: its version goes on, its creation stays known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import START, World
from tests.tierstore.dynamodb.specimens import Specimen
from tierstore.dynamodb.changes import has_version
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.dynamodb.failures import ConditionFailedError
from tierstore.errors import TooLargeError, UnavailableError


def lose_answer(_: DynamoDBRequest[Any]) -> None:
    raise UnavailableError("connection reset", in_doubt=True)


def read(world: World) -> Specimen | None:
    return world.run(world.repository.get(Specimen, {"id": "a"}))


def test_what_does_not_exist_is_created_at_version_1(world: World) -> None:
    written = world.run(world.repository.replace(Specimen(id="a", created_at=START, updated_at=START)))

    assert (written.version, written.created_at) == (1, START)
    assert read(world) == written


def test_what_exists_keeps_its_creation_and_goes_on_in_version(world: World) -> None:
    first = world.run(world.repository.replace(Specimen(id="a", owner="ada", seen_at=START, created_at=START)))
    world.pass_by(hours=1)

    second = world.run(world.repository.replace(Specimen(id="a", rank=5, created_at=world.moment)))

    assert (second.version, second.created_at, second.updated_at) == (2, START, START + timedelta(hours=1))
    assert (second.owner, second.seen_at, second.rank) == (None, None, 5)
    assert read(world) == second
    assert first.version == 1


def test_growing_fields_count_on_from_where_they_are(world: World) -> None:
    ranks = [world.run(world.repository.replace(Specimen(id="a"), growing={"rank": 100})).rank for _ in range(3)]

    assert ranks == [101, 102, 103]


def test_a_condition_that_does_not_hold_shows_the_stored_item(world: World) -> None:
    world.run(world.repository.replace(Specimen(id="a", rank=7)))

    with pytest.raises(ConditionFailedError) as failure:
        world.run(world.repository.replace(Specimen(id="a", rank=8), condition=has_version(3)))

    assert failure.value.item is not None
    assert failure.value.item["rank"] == {"N": "7"}


def test_a_conditional_replacement_whose_answer_was_lost_is_recognised(world: World) -> None:
    first = world.run(world.repository.replace(Specimen(id="a")))
    world.after.append(lose_answer)

    second = world.run(world.repository.replace(replace(first, rank=3), condition=has_version(1)))

    assert second.version == 2
    assert read(world) == second


def test_a_replacement_above_the_limit_is_refused(world: World) -> None:
    with pytest.raises(TooLargeError):
        world.run(world.repository.replace(Specimen(id="a", picture=b"x" * 500_000)))

    assert world.actions == []
