"""Lists are in order and complete, however they are spread, paged, sorted out and interrupted."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tierstore.dynamodb.conftest import CONNECTION, START, World
from tierstore.api.contents import Contents
from tierstore.core.context import Context
from tierstore.core.effects import Plan
from tierstore.core.pages import Page
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy, standard_retries
from tierstore.core.runners import SyncRunner
from tierstore.declaration.requests import Query
from tierstore.dynamodb.effects import DynamoDBRequest, as_document
from tierstore.dynamodb.expressions import Condition, equals
from tierstore.dynamodb.items.attribute_values import Item
from tierstore.dynamodb.items.codec import codec_of
from tierstore.dynamodb.ranges import Range
from tierstore.dynamodb.repository import Repository
from tierstore.errors import InvalidCursorError, InvalidError
from tierstore.model import DATA_MODEL
from tierstore.model.contents import Content, Listing, Revision
from tierstore.model.state import StateEntry
from tierstore.model.users import Preferences, User


def query_of(name: str) -> Query:
    (pattern,) = (pattern for pattern in DATA_MODEL.patterns if pattern.name == name)
    (query,) = (request for request in pattern.requests if isinstance(request, Query))
    return query


def wanted(name: str, **arguments: Any) -> Range:
    return Range(name=name, query=query_of(name), **arguments)


def by_author(*conditions: Condition) -> Range:
    return wanted("contents.by_author", values={"author_id": "ada"}, conditions=conditions)


def by_category(since: datetime, until: datetime | None = None) -> Range:
    return wanted("contents.by_category", values={"category": "news"}, since=since, until=until)


BY_STATUS = wanted("users.by_status", values={"status": "active"})


def all_pages(world: World, of: Range, limit: int) -> list[Page[Any]]:
    pages = [world.run(world.repository.page(of, limit=limit, cursor=None))]
    while pages[-1].cursor is not None:
        pages.append(world.run(world.repository.page(of, limit=limit, cursor=pages[-1].cursor)))
    return pages


def items(pages: list[Page[Any]]) -> list[Any]:
    return [item for page in pages for item in page.items]


def put(world: World, *entities: Any) -> None:
    world.run(world.repository.write_many(put=entities))


def contents(count: int, **fields: Any) -> list[Content]:
    return [
        Content(
            id=f"c{number:03}", author_id="ada", title="t", body="b", category="news" if number % 5 == 0 else "other",
            created_at=START + timedelta(minutes=number), **fields,
        )
        for number in range(count)
    ]  # fmt: skip


def listings(count: int, step: timedelta) -> list[Listing]:
    return [
        Listing(content_id=f"c{n:03}", category="news", title="t", author_id="ada", published_at=START - n * step)
        for n in range(count)
    ]


def test_a_list_is_newest_first_and_paged(world: World) -> None:
    made = contents(25)
    put(world, *made)
    world.requests.clear()

    pages = all_pages(world, by_author(), limit=10)

    assert items(pages) == made[::-1]
    assert [len(page.items) for page in pages] == [10, 10, 5]
    assert world.actions == ["Query"] * 3


def test_the_request_is_the_one_that_the_declaration_promises(world: World) -> None:
    world.run(world.repository.page(by_author(), limit=10, cursor=None))

    assert world.requests[0].document == {
        "TableName": "test-core",
        "IndexName": "gsi1",
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "gsi1pk"},
        "ExpressionAttributeValues": {":0": {"S": "AUTHOR#ada"}},
        "ScanIndexForward": False,
        "Limit": 10,
    }


@pytest.mark.parametrize("limit", [1, 3, 7])
def test_exactly_as_many_come_as_asked_for_after_conditions_sorted_out(world: World, limit: int) -> None:
    made = contents(40)
    put(world, *made)

    pages = all_pages(world, by_author(equals("category", {"S": "news"})), limit)

    assert items(pages) == [content for content in made[::-1] if content.category == "news"]
    assert all(len(page.items) == limit for page in pages[:-1])


def test_expired_items_do_not_count(world: World) -> None:
    entries = [
        StateEntry(namespace="n", name=f"k{number}", value=number, expires_at=START if number % 2 else None)
        for number in range(10)
    ]
    put(world, *entries)
    keys = wanted("state.by_prefix", values={"namespace": "n"}, beginning="k")

    pages = all_pages(world, keys, limit=2)

    assert [entry.value for entry in items(pages)] == [0, 2, 4, 6, 8]
    assert [len(page.items) for page in pages] == [2, 2, 1]


def test_a_prefix_bounds_a_list(world: World) -> None:
    put(world, *(StateEntry(namespace="n", name=name, value=1) for name in ("a", "ab", "b")))

    found = all_pages(world, wanted("state.by_prefix", values={"namespace": "n"}, beginning="a"), limit=10)

    assert [entry.name for entry in items(found)] == ["a", "ab"]


def test_shards_are_merged_in_order(world: World) -> None:
    users = [
        User(
            id=f"u{n:03}", email=f"{n}@example.org", display_name="U", created_at=START + timedelta(seconds=n * 7 % 50)
        )
        for n in range(50)
    ]
    put_users(world, users)
    expected = sorted(users, key=lambda user: user.created_at, reverse=True)

    for limit in (1, 6, 50):
        assert items(all_pages(world, BY_STATUS, limit)) == expected


def put_users(world: World, users: list[User]) -> None:
    for user in users:
        document = {"TableName": "test-core", "Item": codec_of(User).encode(user)}
        world.carry_out(DynamoDBRequest(action="PutItem", document=document, decode=as_document))


def test_months_and_shards_are_merged_in_order(world: World) -> None:
    made = listings(40, timedelta(days=4))
    put(world, *made)
    oldest = made[-1].published_at

    for limit in (1, 7, 40, 100):
        assert items(all_pages(world, by_category(oldest), limit)) == made


def test_a_time_range_includes_both_ends(world: World) -> None:
    made = listings(40, timedelta(days=4))
    put(world, *made)

    found = items(all_pages(world, by_category(made[20].published_at, made[5].published_at), limit=10))

    assert found == made[5:21]


def test_a_time_range_in_a_local_index_includes_both_ends(world: World) -> None:
    made = [
        Revision(content_id="c", number=n, editor_id="ada", title="t", body="b", edited_at=START + timedelta(minutes=n))
        for n in range(10)
    ]
    put(world, *made)
    wanted_range = wanted(
        "contents.revisions_by_time",
        values={"content_id": "c"},
        since=made[3].edited_at,
        until=made[6].edited_at,
    )

    assert items(all_pages(world, wanted_range, limit=2)) == made[3:7][::-1]
    open_ended = wanted("contents.revisions_by_time", values={"content_id": "c"})
    assert items(all_pages(world, open_ended, limit=3)) == made[::-1]


def test_items_of_one_collection_are_decoded_by_their_type(world: World) -> None:
    user = User(id="ada", email="ada@example.org", display_name="Ada")
    preferences = Preferences(user_id="ada")
    put_users(world, [user])
    put(world, preferences)

    found = items(all_pages(world, wanted("users.overview", values={"id": "ada"}), limit=10))

    assert found == [user, preferences]


def test_items_of_a_type_that_a_later_release_put_beside_them_are_passed_over(world: World) -> None:
    put(world, Preferences(user_id="ada"))
    stranger = {"pk": {"S": "USER#ada"}, "sk": {"S": "USER#BADGES"}, "type": {"S": "badges"}}
    document = {"TableName": "test-core", "Item": stranger}
    world.carry_out(DynamoDBRequest(action="PutItem", document=document, decode=as_document))

    found = items(all_pages(world, wanted("users.overview", values={"id": "ada"}), limit=10))

    assert [type(item) for item in found] == [Preferences]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_out_of_bounds_is_refused(world: World, limit: int) -> None:
    with pytest.raises(InvalidError, match=f"contents.by_author: limit is {limit}, allowed is 1 to 1000"):
        world.run(world.repository.page(by_author(), limit=limit, cursor=None))


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidError, match=r"contents.by_category: the range ends at .* before it begins"):
        by_category(START, START - timedelta(days=1))


def test_a_value_that_cannot_be_a_key_is_refused(world: World) -> None:
    nobody = wanted("contents.by_author", values={"author_id": ""})

    with pytest.raises(InvalidError, match=r"contents\.by_author: author_id is empty; a part of the key"):
        world.run(world.repository.page(nobody, limit=1, cursor=None))


def test_a_bound_without_a_time_zone_is_refused() -> None:
    with pytest.raises(InvalidError, match=r"contents\.by_category: 2026-11-22 12:00:00 has no time zone"):
        by_category(START.replace(tzinfo=None))


def test_a_cursor_serves_the_same_list_only(world: World) -> None:
    put(world, *contents(5))
    cursor = world.run(world.repository.page(by_author(), limit=2, cursor=None)).cursor
    others = [
        wanted("contents.by_author", values={"author_id": "eve"}),
        wanted("contents.by_author_and_status", values={"author_id": "ada", "status": "draft"}),
        by_author(equals("category", {"S": "news"})),
        BY_STATUS,
    ]

    assert world.run(world.repository.page(by_author(), limit=3, cursor=cursor)).items
    for other in others:
        with pytest.raises(InvalidCursorError):
            world.run(world.repository.page(other, limit=2, cursor=cursor))


class Partitions:
    """Answers queries of sharded users from lists in memory, a page of any size at a time."""

    def __init__(self, users: list[User], page_sizes: list[int]) -> None:
        self._partitions: dict[str, list[Item]] = {}
        self._page_sizes = page_sizes
        self.most_held = 0
        for user in sorted(users, key=lambda user: (user.created_at, user.id), reverse=True):
            item = codec_of(User).encode(user)
            self._partitions.setdefault(item["gsi1pk"]["S"], []).append(item)

    def run(self, plan: Plan[Any]) -> Any:
        try:
            effect: Any = next(plan)
            while True:
                if isinstance(effect, DynamoDBRequest):
                    effect = plan.send(effect.decode(json.dumps(self._query(effect.document)).encode()))
                else:
                    effect = plan.send([self.run(part) for part in effect.plans])
        except StopIteration as finished:
            return finished.value

    def _query(self, document: Mapping[str, Any]) -> dict[str, Any]:
        ordered = self._partitions.get(document["ExpressionAttributeValues"][":0"]["S"], [])
        if "ExclusiveStartKey" in document:
            start = document["ExclusiveStartKey"]["gsi1sk"]["S"]
            ordered = [item for item in ordered if item["gsi1sk"]["S"] < start]
        # DynamoDB may stop before the limit, after a megabyte or for reasons of its own.
        size = min(document["Limit"], self._page_sizes.pop() if self._page_sizes else 1000)
        page, rest = ordered[:size], ordered[size:]
        return {"Items": page} | ({"LastEvaluatedKey": self._key(page[-1])} if rest and page else {})

    @staticmethod
    def _key(item: Item) -> Item:
        return {name: item[name] for name in ("gsi1pk", "gsi1sk", "pk", "sk")}


@st.composite
def user_lists(draw: st.DrawFn) -> list[User]:
    moments = draw(st.lists(st.integers(0, 20), max_size=60))
    return [
        User(id=f"u{n}", email=f"{n}@example.org", display_name="U", created_at=START + timedelta(seconds=moment))
        for n, moment in enumerate(moments)
    ]


@given(user_lists(), st.integers(1, 30), st.lists(st.integers(1, 5), max_size=30))
def test_any_spread_over_shards_is_read_completely_and_in_order(
    users: list[User], limit: int, page_sizes: list[int]
) -> None:
    partitions = Partitions(users, page_sizes)
    context = Context(connection=CONNECTION)
    backoff = Backoff(attempts=1, base_seconds=0, cap_seconds=0)
    retries = RetryPolicy(failed=backoff, throttled=backoff, budget=RetryBudget(), random=lambda: 0.0)
    repository = Repository(context, retries)

    pages = [partitions.run(repository.page(BY_STATUS, limit=limit, cursor=None))]
    while pages[-1].cursor is not None:
        pages.append(partitions.run(repository.page(BY_STATUS, limit=limit, cursor=pages[-1].cursor)))

    assert items(pages) == sorted(users, key=lambda user: (user.created_at, user.id), reverse=True)
    assert all(len(page.items) == limit for page in pages[:-1])


def test_a_cursor_of_many_shards_stays_small(world: World) -> None:
    put_users(world, [User(id=f"u{n}", email=f"{n}@x.org", display_name="U") for n in range(20)])

    cursor = world.run(world.repository.page(BY_STATUS, limit=5, cursor=None)).cursor

    assert cursor is not None
    assert len(cursor) < 200


def test_a_month_that_begins_after_the_first_page_does_not_disturb_the_next(world: World) -> None:
    made = listings(10, timedelta(days=1))
    put(world, *made)
    of = by_category(made[-1].published_at)
    first = world.run(world.repository.page(of, limit=4, cursor=None))
    world.moment = datetime(2026, 12, 1, tzinfo=UTC)

    second = world.run(world.repository.page(of, limit=10, cursor=first.cursor))

    assert (*first.items, *second.items) == tuple(made)


class Endless:
    """Answers queries of an author with as many contents as are left, a hundred at a time."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._item = codec_of(Content).encode(contents(1)[0])

    def carry_out(self, request: Any) -> Any:
        size = min(request.document["Limit"], self._left)
        self._left -= size
        place = {name: self._item[name] for name in ("gsi1pk", "gsi1sk", "pk", "sk")}
        answer = {"Items": [self._item] * size} | ({"LastEvaluatedKey": place} if self._left else {})
        return request.decode(json.dumps(answer).encode())


def peak_memory(count: int) -> int:
    """Bytes that reading a list of so many items needs at the most."""
    context = Context(connection=CONNECTION)
    repository = Repository(context, standard_retries(context.random))
    runner = SyncRunner(Endless(count).carry_out, ThreadPoolExecutor)
    listing = Contents(runner, repository).by_author.every("ada", limit=100)
    tracemalloc.start()
    assert sum(1 for _ in listing) == count
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_reading_a_list_to_its_end_needs_no_more_memory_the_longer_it_is() -> None:
    peak_memory(500)

    short, long = peak_memory(1_000), peak_memory(5_000)

    assert long < short * 1.2
