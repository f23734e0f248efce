"""Items are read by their keys, alone or a hundred at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import START, World
from tests.tierstore.dynamodb.specimens import Specimen
from tierstore.core.effects import Plan, Sleep
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import InvalidError, ThrottledError
from tierstore.model.users import Preferences, User


@pytest.fixture
def three(world: World) -> list[Preferences]:
    return [world.run(world.repository.create(Preferences(user_id=name))) for name in ("a", "b", "c")]


def test_an_item_that_is_not_there_is_none(world: World) -> None:
    assert world.run(world.repository.get(User, {"id": "nobody"})) is None
    assert world.run(world.repository.get_by_unique(User, "email", {"email": "nobody@example.org"})) is None


def test_a_read_may_be_consistent(world: World) -> None:
    world.run(world.repository.get(User, {"id": "a"}))
    world.run(world.repository.get(User, {"id": "a"}, consistent=True))

    assert [request.document["ConsistentRead"] for request in world.requests] == [False, True]


def test_reading_by_a_unique_value_is_consistent(world: World) -> None:
    world.run(world.repository.create(User(id="ada", email="ada@example.org", display_name="Ada")))
    world.requests.clear()

    world.run(world.repository.get_by_unique(User, "email", {"email": "ada@example.org"}))

    assert [request.document["ConsistentRead"] for request in world.requests] == [True, True]


def test_a_unique_value_that_is_given_up_between_the_two_reads_finds_nothing(world: World) -> None:
    ada = world.run(world.repository.create(User(id="ada", email="ada@example.org", display_name="Ada")))

    def change_in_between(_: DynamoDBRequest[Any]) -> None:
        world.run(world.repository.update(ada, email="countess@example.org"))

    world.after.append(change_in_between)

    assert world.run(world.repository.get_by_unique(User, "email", {"email": "ada@example.org"})) is None


def test_many_items_come_in_the_order_of_their_keys(world: World, three: list[Preferences]) -> None:
    a, b, c = three
    world.requests.clear()

    found = world.run(
        world.repository.get_many(Preferences, [{"user_id": name} for name in ("c", "nobody", "a", "c", "b")])
    )

    assert found == [c, None, a, c, b]
    assert world.actions == ["BatchGetItem"]


def test_no_keys_need_no_request(world: World) -> None:
    assert world.run(world.repository.get_many(User, [])) == []
    assert world.actions == []


def test_an_expired_item_is_not_among_many(world: World) -> None:
    world.run(world.repository.create(Specimen(id="a", expires_at=START)))

    assert world.run(world.repository.get_many(Specimen, [{"id": "a"}])) == [None]


def test_more_keys_than_a_request_takes_are_split(world: World) -> None:
    world.run(world.repository.get_many(User, [{"id": str(number)} for number in range(250)]))

    sizes = [len(request.document["RequestItems"]["test-core"]["Keys"]) for request in world.requests]
    assert sizes == [100, 100, 50]


def test_a_table_that_the_environment_lacks_is_named(world: World) -> None:
    world.database.context.connection.tables.pop("core")  # type: ignore[attr-defined]

    try:
        with pytest.raises(InvalidError, match="environment 'test' has no table 'core'; deploy it again"):
            world.run(world.repository.get(User, {"id": "a"}))
    finally:
        world.database.context.connection.tables["core"] = "test-core"  # type: ignore[index]


class Stingy:
    """Answers a `BatchGetItem`, but processes only so many keys of each request."""

    def __init__(self, *processed: int) -> None:
        self.processed = list(processed)
        self.sizes: list[int] = []
        self.pauses: list[float] = []

    def answer(self, plan: Plan[Any]) -> Any:
        try:
            effect = next(plan)
            while True:
                effect = plan.send(self._carry_out(effect))
        except StopIteration as finished:
            return finished.value

    def _carry_out(self, effect: Any) -> Any:
        if isinstance(effect, Sleep):
            return self.pauses.append(effect.seconds)
        if isinstance(effect, DynamoDBRequest):
            return effect.decode(json.dumps(self._batch(effect.document)).encode())
        return [self.answer(plan) for plan in effect.plans]

    def _batch(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        keys = document["RequestItems"]["test-core"]["Keys"]
        self.sizes.append(len(keys))
        count = self.processed.pop(0) if self.processed else len(keys)
        left = {"test-core": {"Keys": keys[count:]}} if keys[count:] else {}
        return {"Responses": {"test-core": []}, "UnprocessedKeys": left}


def read(world: World, stingy: Stingy, count: int) -> None:
    stingy.answer(world.repository.get_many(User, [{"id": str(number)} for number in range(count)]))


def test_unprocessed_keys_are_asked_for_again_after_a_pause(world: World) -> None:
    stingy = Stingy(30, 0)

    read(world, stingy, 100)

    assert stingy.sizes == [100, 70, 70]
    assert stingy.pauses == [0.5, 1.0]


def test_after_progress_the_pauses_begin_short_again(world: World) -> None:
    stingy = Stingy(0, 0, 30)

    read(world, stingy, 100)

    assert stingy.pauses == [0.5, 1.0, 0.5]


def test_a_table_at_its_limit_is_asked_less_at_once(world: World) -> None:
    stingy = Stingy(100, 100, 100, 99)

    read(world, stingy, 1000)

    assert stingy.sizes[:4] == [100] * 4
    assert stingy.sizes[4:] == [100, 100, 100, 100, 100, 100, 1]


def test_keys_that_stay_unprocessed_are_an_error_in_the_end(world: World) -> None:
    with pytest.raises(ThrottledError, match="BatchGetItem: 70 of 100 entries stayed unprocessed"):
        read(world, Stingy(30, *[0] * 10), 100)
