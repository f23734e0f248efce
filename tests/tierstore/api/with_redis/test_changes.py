"""The change feed: in order, exactly once, from wherever a follower stands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.tierstore.api.with_redis.tiers import Process, lose_answers
from tierstore.errors import InvalidError


def test_a_follower_reads_what_was_published_in_order_and_goes_on(one: Process, other: Process) -> None:
    for number in range(5):
        one.changes.publish("contents", "content.published", {"number": number})

    first = other.changes.follow("contents", limit=3)
    rest = other.changes.follow("contents", cursor=first.cursor)

    assert [change.body["number"] for change in (*first.items, *rest.items)] == [0, 1, 2, 3, 4]
    assert {change.kind for change in first.items} == {"content.published"}
    assert other.changes.follow("contents", cursor=rest.cursor).items == ()
    assert other.changes.follow("others").items == ()


@pytest.mark.parametrize(
    "body", [None, "text", 2**70, Decimal("0.10"), b"\xff", {"tags": frozenset({"a"}), "list": [1, None, True]}]
)
def test_a_body_arrives_as_it_was(one: Process, body: Any) -> None:
    one.changes.publish("contents", "any", body)

    (change,) = one.changes.follow("contents").items
    assert (change.body, type(change.body)) == (body, type(body))


def test_a_change_tells_when_it_was_published(one: Process) -> None:
    one.changes.publish("contents", "any")

    (change,) = one.changes.follow("contents").items
    assert abs(change.published_at - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("times", [1, 2])
def test_a_change_whose_answer_was_lost_is_published_once(one: Process, times: int) -> None:
    lose_answers(one, of="done:", times=times)
    position = one.changes.publish("contents", "any")

    assert [change.position for change in one.changes.follow("contents").items] == [position]


def test_a_follower_may_wait_for_the_next_change(one: Process, other: Process) -> None:
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(other.changes.follow, "contents", wait_seconds=20)
        one.changes.publish("contents", "any", 1)

    assert [change.body for change in waiting.result().items] == [1]


def test_waiting_ends(one: Process) -> None:
    page = one.changes.follow("contents", wait_seconds=0.05)

    assert (page.items, page.cursor) == ((), "0-0")


def test_a_cursor_that_is_none_is_refused(one: Process) -> None:
    with pytest.raises(InvalidError, match="'yesterday' is no position in topic 'contents'"):
        one.changes.follow("contents", cursor="yesterday")


@pytest.mark.parametrize("options", [{"limit": 0}, {"limit": 1001}, {"wait_seconds": -1}, {"wait_seconds": 31}])
def test_what_cannot_be_asked_is_refused(one: Process, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidError, match="allowed are 1 to 1000 changes and up to 30 s"):
        one.changes.follow("contents", **options)


def test_a_body_that_no_table_stores_is_refused(one: Process) -> None:
    with pytest.raises(InvalidError, match="cannot be written"):
        one.changes.publish("contents", "any", object())
