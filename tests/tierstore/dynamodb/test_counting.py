"""A counter's value is the sum of everything that was added, exactly once each."""

from __future__ import annotations

from typing import Any

from tests.tierstore.dynamodb.conftest import START, World
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import UnavailableError
from tierstore.model.contents import ContentCounter

VIEWS = ContentCounter(content_id="c", name="views", created_at=START, updated_at=START)


def total(world: World) -> int:
    return world.run(world.repository.total(ContentCounter, {"content_id": "c", "name": "views"}, "value"))


def test_a_counter_that_nobody_touched_is_zero(world: World) -> None:
    assert total(world) == 0


def test_additions_on_different_shards_are_summed(world: World) -> None:
    dice = iter((0.0, 0.5, 0.999, 0.5))
    object.__setattr__(world.context, "random", lambda: next(dice))

    for amount in (1, 10, 100, -4):
        world.run(world.repository.add(VIEWS, "value", amount))

    keys = {request.document["TransactItems"][0]["Update"]["Key"]["pk"]["S"] for request in world.requests}
    assert keys == {"COUNTER#c#views#0", "COUNTER#c#views#8", "COUNTER#c#views#15"}
    assert total(world) == 107


def test_a_value_is_read_in_one_batch(world: World) -> None:
    total(world)

    assert world.actions == ["BatchGetItem"]


def test_an_addition_is_repeated_with_its_token_which_makes_it_harmless(world: World) -> None:
    def lose_answer(_: DynamoDBRequest[Any]) -> None:
        raise UnavailableError("connection reset", in_doubt=True)

    world.before.append(lose_answer)

    world.run(world.repository.add(VIEWS, "value", 5))

    assert len({request.document["ClientRequestToken"] for request in world.requests}) == 1
    assert [request.action for request in world.requests] == ["TransactWriteItems"] * 2
