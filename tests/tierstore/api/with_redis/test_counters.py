"""Counters: every addition counts once, whoever dies when."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.tierstore.api.with_redis.tiers import Process, lose_answers
from tests.tierstore.dynamodb.conftest import World
from tests.tierstore.real_redis import RealRedis
from tierstore.api.counters import Flushed
from tierstore.core.effects import Effect
from tierstore.errors import InvalidError
from tierstore.realtime.counts import must_be_announced
from tierstore.redis.effects import RedisRequest


def test_additions_are_read_before_and_after_they_are_flushed(one: Process, other: Process) -> None:
    one.counters.add("c1", "views")
    other.counters.add("c1", "views", 41)
    one.counters.add("c1", "likes", -3)
    assert (one.counters.read("c1", "views"), one.counters.read("c1", "likes")) == (42, -3)

    assert one.counters.flush() == Flushed(counters=2, amount=39)

    assert (other.counters.read("c1", "views"), other.counters.read("c1", "likes")) == (42, -3)


def test_an_addition_asks_redis_alone(one: Process, world: World) -> None:
    one.counters.add("c1", "views")

    assert world.actions == []


def test_what_is_flushed_is_in_the_table_and_no_longer_in_redis(one: Process, real_redis: RealRedis) -> None:
    one.counters.add("c1", "views", 5)
    one.counters.flush()
    real_redis.empty()

    assert one.counters.read("c1", "views") == 5
    assert one.counters.flush() == Flushed(counters=0, amount=0)


def test_without_redis_additions_go_to_the_table(one: Process, other: Process) -> None:
    one.is_cut_off = True
    one.counters.add("c1", "views", 5)

    assert (one.counters.read("c1", "views"), other.counters.read("c1", "views")) == (5, 5)


@pytest.mark.parametrize("times", [1, 2])
def test_an_addition_whose_answer_was_lost_counts_once(one: Process, times: int) -> None:
    lose_answers(one, of="done:", times=times)
    one.counters.add("c1", "views", 5)

    assert one.counters.read("c1", "views") == 5


def test_an_addition_that_stays_in_doubt_waits_until_redis_can_say_whether_it_had_it(one: Process) -> None:
    lose_answers(one, of="done:", times=100)
    one.counters.add("c1", "views", 5)
    one.after = lambda _: None

    assert one.outbox.deliver() == 1
    assert one.counters.read("c1", "views") == 5


def test_a_flush_without_redis_is_left_to_the_next(one: Process) -> None:
    one.counters.add("c1", "views", 5)
    one.is_cut_off = True
    assert one.counters.flush() == Flushed(counters=0, amount=0)
    one.is_cut_off = False

    assert one.counters.flush() == Flushed(counters=1, amount=5)


class Died(BaseException):
    """The process was killed."""


def dying_at(step: int) -> Callable[[Effect[Any]], None]:
    left = step

    def die(_: Effect[Any]) -> None:
        nonlocal left
        if left == 0:
            raise Died
        left -= 1

    return die


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(6))
def test_whoever_dies_over_a_flush_loses_and_doubles_nothing(
    one: Process, other: Process, step: int, moment: str
) -> None:
    one.counters.add("c1", "views", 5)
    setattr(one, moment, dying_at(step))
    with suppress(Died):
        one.counters.flush()
    other.counters.add("c1", "views", 2)

    other.counters.flush()
    other.counters.flush()

    assert other.counters.read("c1", "views") == 7


def test_several_flush_at_once(one: Process, other: Process) -> None:
    for number in range(10):
        one.counters.add(f"c{number}", "views", number + 1)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda process: process.counters.flush(), [one, other, one, other]))

    assert [one.counters.read(f"c{number}", "views") for number in range(10)] == list(range(1, 11))


def test_a_flush_begins_only_once_a_replica_knows_of_it(one: Process) -> None:
    one.counters.add("c1", "views", 5)
    one.redis_effects.clear()
    one.counters.flush()

    begun = one.redis_effects[1]
    assert isinstance(begun, RedisRequest)
    assert "counter:1:{c1}:views:flush" in begun.command
    assert begun.replicated


@pytest.mark.parametrize("amount", [0, True, 1.5, "1", None, 2**53 + 1])
def test_an_amount_that_cannot_be_counted_is_refused(one: Process, amount: Any) -> None:
    with pytest.raises(InvalidError, match="allowed are whole numbers above or below 0"):
        one.counters.add("c1", "views", amount)


@pytest.mark.parametrize(("content_id", "name"), [("c1", "visits"), ("", "views"), (None, "views")])
def test_a_counter_that_is_none_is_refused_before_a_flush_meets_it(one: Process, content_id: Any, name: Any) -> None:
    with pytest.raises(InvalidError, match="allowed is"):
        one.counters.add(content_id, name)

    assert one.counters.flush() == Flushed(counters=0, amount=0)


@given(amounts=st.lists(st.integers(1, 50), min_size=1, max_size=50))
def test_a_counter_is_announced_first_and_then_ever_more_seldom(amounts: list[int]) -> None:
    total, announced = 0, 0
    for amount in amounts:
        total += amount
        announced += must_be_announced(total, added=amount)

    assert must_be_announced(amounts[0], added=amounts[0])
    assert announced <= total.bit_length()


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_of_additions_flushes_and_lost_answers_counts_right(
    one: Process, other: Process, data: st.DataObject
) -> None:
    content = f"c{data.draw(st.integers(0, 10**12), label='content')}"
    expected = one.counters.read(content, "views")
    for _ in range(data.draw(st.integers(1, 12), label="steps")):
        process = data.draw(st.sampled_from([one, other]), label="process")
        step = data.draw(st.sampled_from(["add", "add", "flush", "lose an answer", "die over a flush"]), label="step")
        process.before = process.after = lambda _: None
        if step == "add":
            amount = data.draw(st.integers(-5, 100).filter(bool), label="amount")
            process.counters.add(content, "views", amount)
            expected += amount
        elif step == "flush":
            process.counters.flush()
        elif step == "lose an answer":
            lose_answers(process, of="done:")
            process.counters.add(content, "views", 1)
            expected += 1
        else:
            process.after = dying_at(data.draw(st.integers(0, 5), label="at"))
            with suppress(Died):
                process.counters.flush()
        process.before = process.after = lambda _: None
    other.counters.flush()

    assert one.counters.read(content, "views") == expected
