"""A lease has one holder, and whoever comes later has a higher token."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.tierstore.dynamodb.conftest import World
from tierstore.core.operation import Sync
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import ConflictError, UnavailableError
from tierstore.model.state import Lease
from tierstore.storage import Operations

MINUTE = timedelta(minutes=1)


def acquire(storage: Operations[Sync], holder: str) -> Lease:
    lease = storage.leases.acquire("import", holder=holder, duration=MINUTE)
    assert lease is not None
    return lease


def test_a_free_lease_is_acquired(storage: Operations[Sync], world: World) -> None:
    lease = acquire(storage, "a")

    assert (lease.holder, lease.lease_expires_at) == ("a", world.moment + MINUTE)
    assert storage.leases.get("import") == lease
    assert storage.leases.get("other") is None


def test_a_lease_that_somebody_holds_is_not_given_to_another(storage: Operations[Sync]) -> None:
    lease = acquire(storage, "a")

    assert storage.leases.acquire("import", holder="b", duration=MINUTE) is None
    assert storage.leases.get("import") == lease


def test_a_lease_that_ended_is_taken_over_with_a_higher_token(storage: Operations[Sync], world: World) -> None:
    first = acquire(storage, "a")
    world.pass_by(minutes=1)
    assert storage.leases.get("import") is None

    second = acquire(storage, "b")

    assert second.fencing_token > first.fencing_token


def test_the_holder_may_take_its_lease_again_and_fences_itself_off(storage: Operations[Sync]) -> None:
    first = acquire(storage, "a")

    second = acquire(storage, "a")

    assert second.fencing_token > first.fencing_token
    with pytest.raises(ConflictError, match="lease 'import' was lost"):
        storage.leases.renew(first, duration=MINUTE)


def test_a_renewed_lease_keeps_its_token(storage: Operations[Sync], world: World) -> None:
    lease = acquire(storage, "a")
    world.pass_by(seconds=50)

    renewed = storage.leases.renew(lease, duration=MINUTE)

    assert (renewed.fencing_token, renewed.lease_expires_at) == (lease.fencing_token, world.moment + MINUTE)
    world.pass_by(seconds=50)
    assert storage.leases.get("import") == renewed


def test_a_lease_that_was_taken_over_is_not_renewed(storage: Operations[Sync], world: World) -> None:
    lease = acquire(storage, "a")
    world.pass_by(minutes=2)
    taken = acquire(storage, "b")

    with pytest.raises(ConflictError, match="lease 'import' was lost: somebody took it over"):
        storage.leases.renew(lease, duration=MINUTE)

    assert storage.leases.release(lease) is False
    assert storage.leases.get("import") == taken


def test_a_released_lease_is_free_at_once_and_its_token_remembered(storage: Operations[Sync]) -> None:
    lease = acquire(storage, "a")

    assert storage.leases.release(lease) is True

    assert storage.leases.get("import") is None
    assert acquire(storage, "b").fencing_token > lease.fencing_token


def test_tokens_grow_even_after_the_table_forgot_the_lease(storage: Operations[Sync], world: World) -> None:
    tokens = [acquire(storage, "a").fencing_token for _ in range(5)]
    world.pass_by(days=31)
    world.run(
        world.repository.write_many(
            delete=[Lease(name="import", holder="", fencing_token=0, lease_expires_at=world.moment)]
        )
    )

    assert acquire(storage, "b").fencing_token > max(tokens)


def test_an_acquisition_whose_answer_was_lost_still_has_one_holder(storage: Operations[Sync], world: World) -> None:
    def lose_answer(_: DynamoDBRequest[Any]) -> None:
        raise UnavailableError("connection reset", in_doubt=True)

    world.after.append(lose_answer)

    lease = acquire(storage, "a")

    assert storage.leases.get("import") == lease
