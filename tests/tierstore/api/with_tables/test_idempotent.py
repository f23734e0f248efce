"""A handler takes effect once for a token: its result is given again, its failure is not, its death ends by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import World
from tierstore import deadline
from tierstore.api.idempotency import Idempotency
from tierstore.api.idempotent import idempotent, json_of
from tierstore.core.operation import Async, Sync
from tierstore.core.runners import AsyncRunner, SyncRunner
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import InProgressError, InvalidError, TooLargeError, UnavailableError
from tierstore.observability.events import Event, OperationEnded
from tierstore.observability.watcher import PlanWatcher
from tierstore.storage import Operations


def token_of(request: dict[str, Any], /) -> str:
    return str(request["token"])


def payload_of(request: dict[str, Any], /) -> object:
    return request["order"]


REQUEST = {"token": "t1", "order": {"book": 1, "amount": 2}}


@dataclass
class Shop:
    """A handler, how often it ran, and what it does while it runs."""

    orders: list[Any] = field(default_factory=list)
    problem: BaseException | None = None

    def order(self, request: dict[str, Any]) -> dict[str, Any]:
        self.orders.append(request["order"])
        if self.problem is not None:
            raise self.problem
        return {"number": len(self.orders)}


@pytest.fixture
def shop() -> Shop:
    return Shop()


def guarded(storage: Operations[Sync], shop: Shop, **options: Any) -> Callable[[dict[str, Any]], Any]:
    handler: Callable[[dict[str, Any]], Any] = partial(idempotent, storage.idempotency, scope="orders", **options)(
        token=token_of, payload=payload_of
    )(shop.order)
    return handler


def test_a_repetition_is_given_the_first_result_and_the_handler_runs_once(
    storage: Operations[Sync], shop: Shop
) -> None:
    order = guarded(storage, shop)

    assert [order(REQUEST), order(REQUEST), order({**REQUEST, "token": "t2"})] == [{"number": n} for n in (1, 1, 2)]


def test_another_payload_is_refused_before_a_result_is_shown(storage: Operations[Sync], shop: Shop) -> None:
    order = guarded(storage, shop)
    order(REQUEST)

    with pytest.raises(InvalidError, match="used before with another payload"):
        order({**REQUEST, "order": {"book": 1, "amount": 3}})


def test_the_order_of_a_payloads_keys_does_not_matter(storage: Operations[Sync], shop: Shop) -> None:
    order = guarded(storage, shop)

    assert order(REQUEST) == order({**REQUEST, "order": {"amount": 2, "book": 1}})


def test_a_handler_that_fails_leaves_nothing_behind(storage: Operations[Sync], shop: Shop, world: World) -> None:
    order = guarded(storage, shop)
    shop.problem = ZeroDivisionError("bug")
    with pytest.raises(ZeroDivisionError):
        order(REQUEST)
    assert world.scan("test-state") == []

    shop.problem = None

    assert order(REQUEST) == {"number": 2}


def pass_on(_: DynamoDBRequest[Any]) -> None:
    return None


def refuse(_: DynamoDBRequest[Any]) -> None:
    raise UnavailableError("away")


def lose_answer(_: DynamoDBRequest[Any]) -> None:
    raise UnavailableError("connection reset", in_doubt=True)


@pytest.fixture
def died(storage: Operations[Sync], world: World) -> timedelta:
    """A handler began the request and did not live to say how it ended; the time that this may take."""
    in_progress = timedelta(seconds=10)
    dying = guarded(storage, Shop(problem=KeyboardInterrupt()), in_progress=in_progress)
    world.before += [pass_on, *[refuse] * 4]
    with pytest.raises(KeyboardInterrupt):
        dying(REQUEST)
    world.slept.clear()
    return in_progress


def test_a_handler_that_died_blocks_its_request_only_for_the_time_given(
    storage: Operations[Sync], shop: Shop, world: World, died: timedelta
) -> None:
    order = guarded(storage, shop)
    with pytest.raises(InProgressError):
        order(REQUEST)

    world.pass_by(seconds=died.total_seconds())

    assert order(REQUEST) == {"number": 1}


@pytest.mark.usefixtures("died")
def test_whoever_waits_long_enough_takes_over_from_a_handler_that_died(
    storage: Operations[Sync], shop: Shop, world: World
) -> None:
    order = guarded(storage, shop, wait=timedelta(minutes=1))

    def pass_a_second(_: DynamoDBRequest[Any]) -> None:
        world.pass_by(seconds=1)

    world.before += [pass_a_second] * 12

    assert order(REQUEST) == {"number": 1}
    assert 5 < len(world.slept) < 15


@pytest.mark.usefixtures("died")
def test_whoever_waits_for_too_short_a_time_is_told(storage: Operations[Sync], shop: Shop, world: World) -> None:
    order = guarded(storage, shop, wait=timedelta(seconds=3))

    def pass_a_second(_: DynamoDBRequest[Any]) -> None:
        world.pass_by(seconds=1)

    world.before += [pass_a_second] * 12

    with pytest.raises(InProgressError):
        order(REQUEST)
    assert shop.orders == []


@pytest.mark.usefixtures("died")
def test_nobody_waits_past_a_deadline(storage: Operations[Sync], shop: Shop, world: World) -> None:
    order = guarded(storage, shop, wait=timedelta(hours=1))

    with deadline(0.01), pytest.raises(InProgressError):
        order(REQUEST)

    assert world.slept == []


def test_whoever_was_overtaken_gives_the_result_that_is_kept(
    storage: Operations[Sync], shop: Shop, world: World
) -> None:
    order = guarded(storage, shop, in_progress=timedelta(seconds=10))
    overtaken = Shop()

    def overtake(request: dict[str, Any]) -> dict[str, Any]:
        world.pass_by(seconds=10)
        order(request)
        order({**request, "token": "t2"})
        return overtaken.order(request)

    slow = idempotent(
        storage.idempotency, scope="orders", token=token_of, payload=payload_of, in_progress=timedelta(seconds=10)
    )(overtake)

    assert slow({**REQUEST, "order": 7}) == order({**REQUEST, "order": 7}) == {"number": 1}
    assert len(overtaken.orders) == 1


def test_whoever_took_too_long_and_was_not_overtaken_keeps_its_result(
    storage: Operations[Sync], shop: Shop, world: World
) -> None:
    day = timedelta(days=1)

    def take_long(request: dict[str, Any]) -> dict[str, Any]:
        world.pass_by(days=2)
        return shop.order(request)

    order = idempotent(storage.idempotency, scope="orders", token=token_of, payload=payload_of, kept=day)(take_long)

    assert order(REQUEST) == {"number": 1}


@pytest.mark.parametrize("lost", [1, 2])
def test_a_record_whose_answers_are_lost_is_written_once(
    storage: Operations[Sync], shop: Shop, world: World, lost: int
) -> None:
    order = guarded(storage, shop)
    world.after += [lose_answer] * lost

    assert order(REQUEST) == order(REQUEST) == {"number": 1}


def test_a_result_that_cannot_be_kept_is_given_all_the_same(
    storage: Operations[Sync], shop: Shop, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.before += [pass_on, *[refuse] * 4]

    assert guarded(storage, shop)(REQUEST) == {"number": 1}

    assert "the result of a request of orders could not be kept: away" in caplog.text


def test_a_result_that_no_item_can_hold_is_an_error(storage: Operations[Sync]) -> None:
    def too_much(_: dict[str, Any]) -> str:
        return "x" * 500_000

    order = idempotent(storage.idempotency, scope="orders", token=token_of, payload=payload_of)(too_much)

    with pytest.raises(TooLargeError, match="result"):
        order(REQUEST)


@dataclass
class Receipt:
    number: int
    at: datetime


def test_a_codec_keeps_results_of_any_type(storage: Operations[Sync]) -> None:
    receipts = [Receipt(7, datetime(2026, 11, 22, tzinfo=UTC))]

    def order(_: dict[str, Any]) -> Receipt:
        return receipts.pop()

    guarded_order = idempotent(
        storage.idempotency, scope="orders", token=token_of, payload=payload_of, result=json_of(Receipt)
    )(order)

    assert guarded_order(REQUEST) == guarded_order(REQUEST) == Receipt(7, datetime(2026, 11, 22, tzinfo=UTC))


def test_records_are_kept_as_long_as_wanted(storage: Operations[Sync], shop: Shop, world: World) -> None:
    order = guarded(storage, shop, kept=timedelta(hours=1))
    order(REQUEST)
    world.pass_by(minutes=59)
    assert order(REQUEST) == {"number": 1}

    world.pass_by(minutes=1)

    assert order(REQUEST) == {"number": 2}


@pytest.mark.parametrize(
    "options", [{"in_progress": timedelta(0)}, {"in_progress": timedelta(hours=2), "kept": timedelta(hours=1)}]
)
def test_times_that_make_no_sense_are_refused(storage: Operations[Sync], shop: Shop, options: dict[str, Any]) -> None:
    with pytest.raises(InvalidError, match="keep a record for at least as long"):
        guarded(storage, shop, **options)(REQUEST)


def test_a_request_without_a_token_is_refused(storage: Operations[Sync], shop: Shop) -> None:
    with pytest.raises(InvalidError, match="give a scope and a token"):
        guarded(storage, shop)({"token": "", "order": 1})


def test_a_payload_that_has_no_form_is_refused(storage: Operations[Sync], shop: Shop) -> None:
    with pytest.raises(InvalidError, match="must be something that JSON has"):
        guarded(storage, shop)({"token": "t", "order": object()})


def test_a_coroutine_function_needs_an_asynchronous_storage(storage: Operations[Sync]) -> None:
    async def order(_: dict[str, Any]) -> None: ...

    with pytest.raises(InvalidError, match="an AsyncStorage takes coroutine functions"):
        idempotent(storage.idempotency, scope="orders", token=token_of, payload=payload_of)(order)


@pytest.fixture
def later(world: World) -> Idempotency[Async]:
    async def answer(effect: Any) -> Any:
        await asyncio.sleep(0)
        return world._answer(effect)

    return Idempotency(AsyncRunner(answer), world.repository)


def test_in_asyncio_a_repetition_waits_for_the_first_and_shares_its_result(later: Idempotency[Async]) -> None:
    runs = 0

    @idempotent(later, scope="orders", token=token_of, payload=payload_of, wait=timedelta(seconds=20))
    async def order(_: dict[str, Any]) -> int:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0.01)
        return runs

    async def both() -> list[int]:
        return list(await asyncio.gather(order(REQUEST), order(REQUEST), order(REQUEST)))

    assert asyncio.run(both()) == [1, 1, 1]


def test_in_asyncio_a_cancelled_handler_leaves_nothing_behind(later: Idempotency[Async], world: World) -> None:
    @idempotent(later, scope="orders", token=token_of, payload=payload_of)
    async def order(_: dict[str, Any]) -> None:
        await asyncio.sleep(60)

    async def cancel() -> None:
        task = asyncio.create_task(order(REQUEST))
        while not world.scan("test-state"):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())

    assert world.scan("test-state") == []


def test_what_is_done_about_a_request_is_observed(world: World) -> None:
    events: list[Event] = []
    watch = PlanWatcher(observe=events.append, tracing=None).watch
    carry_out: Callable[[Any], Any] = world.carry_out
    with ThreadPoolExecutor(1) as threads:
        runner = SyncRunner(carry_out, lambda: threads, watch=watch)
        records: Idempotency[Sync] = Idempotency(runner, world.repository)
        idempotent(records, scope="orders", token=token_of, payload=payload_of)(Shop().order)(REQUEST)

    ended = [event.operation for event in events if isinstance(event, OperationEnded)]
    assert ended == ["idempotency.begin", "idempotency.complete"]
