"""The cache over the tables: what is read many at a time, and what was changed behind its back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tierstore.api.with_redis.tiers import Process
from tests.tierstore.dynamodb.conftest import World
from tierstore.errors import InvalidError
from tierstore.model.contents import Content
from tierstore.model.sessions import Session


def create(process: Process, title: str) -> Content:
    content = Content(author_id="ada", title=title, body="b", category="c")
    return process.runner.run(process.items.create(content))


@pytest.mark.usefixtures("long_claims")
def test_many_are_read_in_order_and_from_their_copies_the_second_time(
    one: Process, other: Process, world: World
) -> None:
    contents = [create(one, str(number)) for number in range(5)]
    keys = [{"id": content.id} for content in reversed(contents)]
    assert one.cache.entities(Content, [*keys, {"id": "nobody"}]) == [*reversed(contents), None]
    world.requests.clear()

    assert other.cache.entities(Content, keys) == list(reversed(contents))

    assert world.actions == []
    assert other.cache.counts["content"].hit_ratio == 1.0


def test_what_is_written_is_read(one: Process, other: Process) -> None:
    content = create(one, "first")
    other.cache.entities(Content, [{"id": content.id}])

    changed = one.runner.run(one.items.update(content, title="second"))

    assert other.cache.entities(Content, [{"id": content.id}]) == [changed]
    one.runner.run(one.items.delete(changed))
    assert other.cache.entities(Content, [{"id": content.id}]) == [None]


def test_what_was_changed_by_other_means_is_forgotten_on_demand(one: Process, other: Process, moto: Any) -> None:
    content = create(one, "first")
    key = {"id": content.id}
    other.cache.entities(Content, [key])
    moto.update_item(
        TableName="test-core",
        Key={"pk": {"S": f"CONTENT#{content.id}"}, "sk": {"S": "CONTENT"}},
        UpdateExpression="SET title = :title",
        ExpressionAttributeValues={":title": {"S": "restored"}},
    )

    one.cache.forget(Content, [key])

    (found,) = other.cache.entities(Content, [key])
    assert found is not None
    assert found.title == "restored"


def test_an_entity_that_is_not_declared_for_it_is_refused(one: Process) -> None:
    with pytest.raises(InvalidError, match="Session is not read many at a time; declared are User, Content"):
        one.cache.entities(Session, [{"id": "1"}])
    with pytest.raises(InvalidError, match="declared are User, Content"):
        one.cache.forget(Session, [{"id": "1"}])
