"""A request takes effect once, however often it arrives."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import World
from tierstore.core.operation import Sync
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import InProgressError, InvalidError, UnavailableError, VersionConflictError
from tierstore.model.state import IdempotencyRecord
from tierstore.storage import Operations


def begin(storage: Operations[Sync], payload: str = "hash") -> IdempotencyRecord:
    return storage.idempotency.begin("orders", "token-1", payload_hash=payload)


def test_a_new_request_is_begun_and_completed(storage: Operations[Sync]) -> None:
    record = begin(storage)
    assert record.status == "in_progress"

    storage.idempotency.complete(record, {"order": 7})

    again = begin(storage)
    assert (again.status, again.result) == ("completed", {"order": 7})


def test_a_request_that_is_being_worked_on_is_not_begun_again(storage: Operations[Sync]) -> None:
    begin(storage)

    with pytest.raises(InProgressError, match="request 'token-1' of 'orders' is being worked on") as problem:
        begin(storage)

    assert problem.value.retryable


def test_requests_of_other_scopes_and_tokens_do_not_matter(storage: Operations[Sync]) -> None:
    begin(storage)

    storage.idempotency.begin("orders", "token-2", payload_hash="hash")
    storage.idempotency.begin("refunds", "token-1", payload_hash="hash")


def test_a_token_with_another_payload_is_refused_before_a_result_is_shown(storage: Operations[Sync]) -> None:
    storage.idempotency.complete(begin(storage), "secret result")

    with pytest.raises(InvalidError, match="token 'token-1' of 'orders' was used before with another payload"):
        begin(storage, payload="other")


def test_a_request_that_was_given_up_is_begun_again_and_its_first_worker_is_too_late(
    storage: Operations[Sync], world: World
) -> None:
    first = begin(storage)
    world.pass_by(minutes=1)

    second = begin(storage)

    with pytest.raises(VersionConflictError):
        storage.idempotency.complete(first, "late")
    storage.idempotency.complete(second, "in time")
    assert begin(storage).result == "in time"


def test_a_record_is_forgotten_in_the_end(storage: Operations[Sync], world: World) -> None:
    storage.idempotency.complete(begin(storage), 1)
    world.pass_by(days=1)

    assert begin(storage).status == "in_progress"


def test_a_request_that_failed_may_be_tried_again_at_once(storage: Operations[Sync]) -> None:
    storage.idempotency.abandon(begin(storage))

    assert begin(storage).status == "in_progress"


def test_abandoning_what_another_process_began_again_does_nothing(storage: Operations[Sync], world: World) -> None:
    first = begin(storage)
    world.pass_by(minutes=1)
    second = begin(storage)

    storage.idempotency.abandon(first)

    assert storage.idempotency.complete(second, 1).result == 1


def test_times_may_be_chosen(storage: Operations[Sync], world: World) -> None:
    record = storage.idempotency.begin(
        "orders", "t", payload_hash="h", in_progress=timedelta(seconds=5), kept=timedelta(days=7)
    )

    assert record.in_progress_until == world.moment + timedelta(seconds=5)
    assert record.expires_at == world.moment + timedelta(days=7)


def test_a_beginning_whose_answer_was_lost_is_recognised(storage: Operations[Sync], world: World) -> None:
    def lose_answer(_: DynamoDBRequest[Any]) -> None:
        raise UnavailableError("connection reset", in_doubt=True)

    world.after.append(lose_answer)

    assert begin(storage).status == "in_progress"
