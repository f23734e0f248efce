"""Writes that come while Redis is away: no caller sees an error, and Redis has each once when it is back."""

from __future__ import annotations

import asyncio
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
from tierstore.api.leaderboards import Leaderboards
from tierstore.aws import Aws
from tierstore.core.effects import Effect
from tierstore.core.operation import Async
from tierstore.core.runners import AsyncRunner
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import AccessDeniedError, InvalidError, UnavailableError
from tierstore.identifiers import new_ulid
from tierstore.realtime.board_copies import BoardCopies
from tierstore.realtime.boards import Standing
from tierstore.realtime.late_writes import LateWrites
from tierstore.realtime.patience import briefly
from tierstore.redis.asyncio_transport import AsyncRedisTransport
from tierstore.redis.effects import RedisBatch

BOARD = "week"


@pytest.fixture
def cut_off(one: Process, world: World) -> Process:
    """A process that cannot reach Redis, until `reconnect`."""
    one.is_cut_off = True
    world.actions.clear()
    return one


@pytest.fixture
def reconnect(one: Process, world: World) -> Callable[[], None]:
    """Lets the process reach Redis again, and time pass until it looks."""

    def reconnect() -> None:
        one.is_cut_off = False
        one.after = lambda _: None
        world.pass_by(seconds=1)

    return reconnect


def waiting(world: World) -> list[Any]:
    return [item for item in world.scan("test-state") if item["pk"]["S"].startswith("OUTBOX#")]


def scores(process: Process) -> dict[str, float]:
    return {standing.member: standing.score for standing in process.leaderboards.top(BOARD)}


def test_while_redis_is_away_writes_wait_in_the_table(cut_off: Process, world: World) -> None:
    assert cut_off.leaderboards.add(BOARD, "ada", 2) is None
    assert cut_off.changes.publish("contents", "any") is None
    cut_off.leaderboards.put(BOARD, "bob", 1)
    cut_off.leaderboards.remove(BOARD, "cyd")

    assert len(waiting(world)) == 4


def test_a_redis_that_is_away_is_asked_once_and_then_no_more_for_a_moment(cut_off: Process, world: World) -> None:
    asked = []
    for _ in range(4):
        cut_off.leaderboards.put(BOARD, "ada", 1)
        asked.append(len(cut_off.redis_effects))

    # The second write looks whether what waits can be delivered, as often as a delivery tries.
    assert asked[0] == 1
    assert asked[1] == asked[2] == asked[3]

    world.pass_by(seconds=1)
    cut_off.leaderboards.put(BOARD, "ada", 1)
    assert len(cut_off.redis_effects) > asked[3]


def test_a_healthy_redis_needs_the_table_for_a_copy_of_the_board_now_and_then(one: Process, world: World) -> None:
    one.leaderboards.add(BOARD, "ada", 2)
    one.leaderboards.put(BOARD, "ada", 3)
    one.changes.publish("contents", "any")
    one.close()

    assert world.actions == ["UpdateItem"]
    assert waiting(world) == []


def test_what_waited_goes_before_what_the_process_does_next(cut_off: Process, reconnect: Callable[[], None]) -> None:
    cut_off.leaderboards.put(BOARD, "ada", 5)
    cut_off.leaderboards.add(BOARD, "ada", 1)
    for number in range(3):
        cut_off.changes.publish("contents", "any", number)
    reconnect()

    assert cut_off.leaderboards.add(BOARD, "ada", 2) == 8.0
    cut_off.changes.publish("contents", "any", 3)
    assert [change.body for change in cut_off.changes.follow("contents").items] == [0, 1, 2, 3]


def test_what_was_carried_out_waits_no_longer(cut_off: Process, reconnect: Callable[[], None], world: World) -> None:
    cut_off.leaderboards.put(BOARD, "ada", 5)
    reconnect()

    assert scores(cut_off) == {"ada": 5.0}
    assert waiting(world) == []


def test_another_process_carries_out_what_a_dead_one_left(cut_off: Process, other: Process) -> None:
    for number in range(7):
        cut_off.leaderboards.add(BOARD, f"member {number}", 1)

    assert [other.outbox.deliver(limit=5), other.outbox.deliver(), other.outbox.deliver()] == [5, 2, 0]
    assert sum(scores(other).values()) == 7


def test_several_deliver_at_once(cut_off: Process, other: Process, reconnect: Callable[[], None]) -> None:
    for _ in range(30):
        cut_off.leaderboards.add(BOARD, "ada", 1)
        cut_off.changes.publish("contents", "any")
    reconnect()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda process: process.outbox.deliver(), [cut_off, other, cut_off, other]))

    assert scores(other) == {"ada": 30.0}
    assert len(other.changes.follow("contents").items) == 30


@pytest.mark.parametrize("seconds", [1, 3600, 6 * 24 * 3600])
def test_a_write_of_which_nobody_knows_takes_effect_once(
    one: Process, other: Process, reconnect: Callable[[], None], world: World, seconds: int
) -> None:
    lose_answers(one, of="done:", times=100)
    assert one.leaderboards.add(BOARD, "ada", 2) is None
    assert one.changes.publish("contents", "any") is None
    reconnect()
    world.pass_by(seconds=seconds)

    assert other.outbox.deliver() == 2
    assert scores(other) == {"ada": 2.0}
    assert len(other.changes.follow("contents").items) == 1


def test_a_count_of_which_nobody_knows_is_flushed_once_it_is_known(
    one: Process, other: Process, reconnect: Callable[[], None]
) -> None:
    lose_answers(one, of="done:", times=100)
    one.counters.add("c1", "views", 5)
    reconnect()

    assert other.outbox.deliver() == 1
    assert other.counters.flush() == Flushed(counters=1, amount=5)


class Died(BaseException):
    """The process was killed."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", range(5))
def test_whoever_dies_over_a_delivery_loses_and_doubles_nothing(
    cut_off: Process, other: Process, reconnect: Callable[[], None], step: int, moment: str
) -> None:
    cut_off.leaderboards.add(BOARD, "ada", 2)
    cut_off.leaderboards.add(BOARD, "ada", 3)
    reconnect()
    left = step

    def die(_: Effect[Any]) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Died

    setattr(cut_off, moment, die)
    with suppress(Died):
        cut_off.outbox.deliver()

    other.outbox.deliver()

    assert scores(other) == {"ada": 5.0}


def test_a_late_score_yields_to_one_that_was_set_after_it(cut_off: Process, other: Process) -> None:
    cut_off.leaderboards.put(BOARD, "ada", 1)
    cut_off.leaderboards.put(BOARD, "bob", 1)
    cut_off.leaderboards.add(BOARD, "cyd", 1)
    other.leaderboards.put(BOARD, "ada", 2)
    other.leaderboards.remove(BOARD, "bob")
    other.leaderboards.remove(BOARD, "cyd")

    assert other.outbox.deliver() == 3
    assert scores(other) == {"ada": 2.0}


def test_a_late_removal_yields_to_a_score_that_was_set_after_it(cut_off: Process, other: Process) -> None:
    cut_off.leaderboards.remove(BOARD, "ada")
    other.leaderboards.put(BOARD, "ada", 2)

    other.outbox.deliver()

    assert scores(other) == {"ada": 2.0}


def test_a_late_score_counts_if_it_is_the_better(cut_off: Process, other: Process) -> None:
    cut_off.leaderboards.put(BOARD, "ada", 7, only_if_better=True)
    cut_off.leaderboards.put(BOARD, "bob", 7, only_if_better=True)
    other.leaderboards.put(BOARD, "ada", 5, only_if_better=True)
    other.leaderboards.put(BOARD, "bob", 9, only_if_better=True)

    other.outbox.deliver()

    assert scores(other) == {"ada": 7.0, "bob": 9.0}


def test_followers_find_nothing_new_while_redis_is_away(one: Process) -> None:
    one.changes.publish("contents", "any", 1)
    first = one.changes.follow("contents")
    one.is_cut_off = True

    page = one.changes.follow("contents", cursor=first.cursor, wait_seconds=0.01)

    assert (page.items, page.cursor) == ((), first.cursor)


def test_a_delivery_says_that_redis_is_away(cut_off: Process) -> None:
    cut_off.leaderboards.put(BOARD, "ada", 1)

    with pytest.raises(UnavailableError):
        cut_off.outbox.deliver()


def test_a_write_that_neither_tier_takes_is_an_error_that_tells_its_doubt(one: Process, world: World) -> None:
    lose_answers(one, of="done:", times=100)

    def refuse(_: DynamoDBRequest[Any]) -> None:
        raise UnavailableError("away too")

    world.before += [refuse] * 4

    with pytest.raises(UnavailableError, match="away too") as problem:
        one.leaderboards.add(BOARD, "ada", 1)

    assert problem.value.in_doubt


def test_whoever_may_not_deliver_leaves_it_to_others(
    cut_off: Process, reconnect: Callable[[], None], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    cut_off.leaderboards.put(BOARD, "ada", 1)
    reconnect()

    def refuse(_: DynamoDBRequest[Any]) -> None:
        raise AccessDeniedError("not you")

    world.before += [refuse] * 4

    cut_off.leaderboards.put(BOARD, "bob", 1)

    assert scores(cut_off) == {"bob": 1.0}
    assert "what waits for Redis is left to others: not you" in caplog.text


def test_redis_forgets_writes_whose_answers_arrived(one: Process) -> None:
    for _ in range(100):
        one.changes.publish("contents", "any")
    one.close()

    (batch,) = [effect for effect in one.redis_effects if isinstance(effect, RedisBatch)]
    assert {request.command[0] for request in batch.requests} == {"UNLINK"}
    assert len(batch.requests) == 100


def test_one_operation_does_not_wait_for_all_that_waits(
    cut_off: Process, reconnect: Callable[[], None], world: World
) -> None:
    for number in range(250):
        cut_off.leaderboards.put(BOARD, f"member {number:03}", number)
    reconnect()
    cut_off.before = lambda _: world.pass_by(seconds=0.02)

    assert cut_off.leaderboards.add(BOARD, "ada", 1) is None
    assert 0 < len(waiting(world)) < 250

    cut_off.leaderboards.top(BOARD)
    assert len(cut_off.leaderboards.top(BOARD, count=1000)) == 251


@pytest.mark.parametrize("limit", [0, 101])
def test_a_limit_that_is_none_is_refused(one: Process, limit: int) -> None:
    with pytest.raises(InvalidError, match="allowed are 1 to 100"):
        one.outbox.deliver(limit=limit)


def fail_or_heal(process: Process, step: str, world: World) -> None:
    match step:
        case "cut":
            process.is_cut_off = True
        case "join":
            process.is_cut_off = False
        case "lose one" | "lose many":
            lose_answers(process, of="done:", times=1 if step == "lose one" else 10)
        case "wait":
            world.pass_by(seconds=1)
        case "deliver":
            with suppress(UnavailableError):
                process.outbox.deliver()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([0, 1]),
            st.sampled_from(["add", "add", "publish", "cut", "join", "lose one", "lose many", "wait", "deliver"]),
        ),
        max_size=15,
    )
)
def test_whatever_fails_each_addition_and_each_change_counts_once(
    processes: tuple[Process, Process], world: World, steps: list[tuple[int, str]]
) -> None:
    name = new_ulid()
    points, published = 0, set()
    for number, (which, step) in enumerate(steps, start=1):
        if step == "add":
            processes[which].leaderboards.add(name, "ada", number)
            points += number
        elif step == "publish":
            processes[which].changes.publish(name, "any", number)
            published.add(number)
        else:
            fail_or_heal(processes[which], step, world)
    for process in processes:
        process.is_cut_off, process.after = False, lambda _: None
    while processes[0].outbox.deliver():
        pass

    standing = processes[1].leaderboards.rank(name, "ada")
    assert (standing.score if standing else 0) == points
    bodies = [change.body for change in processes[1].changes.follow(name).items]
    assert (len(bodies), set(bodies)) == (len(published), published)


def test_standings_that_were_read_before_are_there_without_redis(one: Process) -> None:
    one.leaderboards.put(BOARD, "ada", 1)
    top = one.leaderboards.top(BOARD)
    one.is_cut_off = True

    assert one.leaderboards.top(BOARD) == top == (Standing(member="ada", score=1.0, rank=1),)


def test_in_asyncio_too_what_waited_goes_before_what_comes_next(real_redis: RealRedis, world: World) -> None:
    is_cut_off = True

    async def main() -> list[float | None]:
        nonlocal is_cut_off
        transport = AsyncRedisTransport(Aws(real_redis.connection), real_redis.connection.redis)

        async def carry_out(effect: Effect[Any]) -> Any:
            if isinstance(effect, DynamoDBRequest):
                await asyncio.sleep(0)
                return world._answer(effect)
            if is_cut_off:
                raise UnavailableError("Redis cannot be reached from here")
            return await transport.carry_out(effect)  # type: ignore[arg-type]  # there is no other effect

        runner = AsyncRunner(carry_out)
        late = LateWrites(world.context, world.repository, briefly(world.context.random))
        boards: Leaderboards[Async] = Leaderboards(
            runner, world.context, late, BoardCopies(world.context, world.repository)
        )
        await asyncio.gather(boards.put(BOARD, "ada", 5), boards.add(BOARD, "bob", 1))
        is_cut_off = False
        world.pass_by(seconds=1)
        scores = await asyncio.gather(*(boards.add(BOARD, "ada", 1) for _ in range(10)))
        await transport.close()
        return list(scores)

    assert sorted(score or 0 for score in asyncio.run(main())) == [6.0 + number for number in range(10)]
