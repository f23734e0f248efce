"""Sessions: found in Redis or in the table, prolonged by use, and ended for good."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tierstore.api.with_redis.tiers import Process
from tests.tierstore.dynamodb.conftest import World
from tests.tierstore.real_redis import RealRedis
from tierstore.api.sessions import SignedIn
from tierstore.core.effects import Effect
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import InvalidError, NotFoundError, UnavailableError

MINUTE = 60


def start(process: Process, **options: Any) -> SignedIn:
    return process.sessions.start("ada", idle_seconds=30 * MINUTE, absolute_seconds=120 * MINUTE, **options)


def cut_off(*processes: Process) -> None:
    for process in processes:
        process.is_cut_off = True


def test_a_session_is_found_by_its_secret_everywhere(one: Process, other: Process) -> None:
    signed_in = start(one, data={"theme": "dark", "cart": [1, 2]})

    found = other.sessions.get(signed_in.secret)

    assert found == signed_in.session
    assert found is not None
    assert (found.user_id, found.data) == ("ada", {"theme": "dark", "cart": [1, 2]})


def test_the_second_look_asks_redis_alone(one: Process, world: World) -> None:
    signed_in = start(one)
    one.sessions.get(signed_in.secret)
    assert world.actions

    one.sessions.get(signed_in.secret)

    assert world.actions == []


def test_the_secret_is_stored_nowhere_and_not_shown(one: Process, moto: Any, real_redis: RealRedis) -> None:
    signed_in = start(one)
    one.sessions.get(signed_in.secret)

    assert signed_in.secret not in repr(signed_in)
    assert signed_in.secret not in str(moto.scan(TableName="test-state")["Items"])
    for server in real_redis.cluster.servers:
        assert not [name for name in server.command("KEYS", "*") if signed_in.secret in name]


@pytest.mark.parametrize("secret", ["", "nobody's", "x" * 10_000, "\udcff", "\0"])
def test_whatever_a_client_sends_is_no_session(one: Process, secret: str) -> None:
    assert one.sessions.get(secret) is None


def test_a_lost_redis_loses_no_session(one: Process, real_redis: RealRedis) -> None:
    signed_in = start(one)
    one.sessions.get(signed_in.secret)
    real_redis.empty()

    assert one.sessions.get(signed_in.secret) == signed_in.session


def test_without_redis_sessions_start_are_found_and_end(one: Process, other: Process) -> None:
    cut_off(one, other)
    signed_in = start(one)
    assert other.sessions.get(signed_in.secret) == signed_in.session

    other.sessions.end(signed_in.secret)

    assert one.sessions.get(signed_in.secret) is None


def test_a_session_that_is_used_goes_on_beyond_its_idle_time(one: Process, world: World) -> None:
    signed_in = start(one)
    for _ in range(3):
        world.pass_by(minutes=29)
        assert one.sessions.get(signed_in.secret) is not None


def test_a_session_that_nobody_uses_ends(one: Process, world: World) -> None:
    signed_in = start(one)
    one.sessions.get(signed_in.secret)

    world.pass_by(minutes=29, seconds=59)
    assert one.sessions.get(signed_in.secret) is not None
    world.pass_by(minutes=33, seconds=1)
    assert one.sessions.get(signed_in.secret) is None


def test_no_use_carries_a_session_beyond_its_absolute_time(one: Process, world: World) -> None:
    signed_in = start(one)
    for _ in range(11):
        world.pass_by(minutes=10)
        assert one.sessions.get(signed_in.secret) is not None
    world.pass_by(minutes=10)

    assert one.sessions.get(signed_in.secret) is None


def test_only_a_use_in_a_while_writes_to_the_table(one: Process, world: World) -> None:
    signed_in = start(one)
    world.requests.clear()
    for _ in range(60):
        world.pass_by(seconds=6)
        one.sessions.get(signed_in.secret)

    # Six minutes of use; a tenth of the idle time is three.
    assert world.actions.count("UpdateItem") <= 2


@pytest.mark.parametrize("trouble", [UnavailableError("no table"), UnavailableError("lost", in_doubt=True)])
def test_a_table_that_cannot_be_written_signs_nobody_out(
    one: Process,
    world: World,
    trouble: UnavailableError,
) -> None:
    signed_in = start(one)
    one.sessions.get(signed_in.secret)
    world.pass_by(minutes=4)

    def refuse(effect: Effect[Any]) -> None:
        if isinstance(effect, DynamoDBRequest):
            raise trouble

    one.before = refuse
    found = one.sessions.get(signed_in.secret)

    assert found is not None


def test_signing_in_replaces_the_session_that_the_client_had(one: Process, other: Process) -> None:
    before = start(one)
    other.sessions.get(before.secret)

    after = start(one, replacing=before.secret)

    assert other.sessions.get(before.secret) is None
    assert other.sessions.get(after.secret) == after.session


def test_signing_in_with_a_secret_that_is_worth_nothing_works_too(one: Process) -> None:
    signed_in = start(one, replacing="nobody's")

    assert one.sessions.get(signed_in.secret) is not None


def test_a_rotated_session_goes_on_under_another_secret_only(one: Process, other: Process) -> None:
    before = start(one, data={"theme": "dark"})
    other.sessions.get(before.secret)

    after = one.sessions.rotate(before.secret)

    assert other.sessions.get(before.secret) is None
    found = other.sessions.get(after.secret)
    assert found is not None
    assert (found.data, found.absolute_expiry) == ({"theme": "dark"}, before.session.absolute_expiry)
    assert after.secret != before.secret


def test_a_session_that_has_ended_is_not_rotated_or_changed(one: Process) -> None:
    signed_in = start(one)
    one.sessions.end(signed_in.secret)

    with pytest.raises(NotFoundError):
        one.sessions.rotate(signed_in.secret)
    with pytest.raises(NotFoundError):
        one.sessions.update(signed_in.secret, theme="dark")


def test_a_session_that_is_ended_while_it_rotates_stays_ended(one: Process, other: Process) -> None:
    signed_in = start(one)

    def end_first(effect: Effect[Any]) -> None:
        if isinstance(effect, DynamoDBRequest) and effect.action == "TransactWriteItems":
            one.before = lambda _: None
            other.sessions.end(signed_in.secret)

    one.before = end_first
    with pytest.raises(NotFoundError):
        one.sessions.rotate(signed_in.secret)

    assert other.sessions.end_all("ada") == 0


def test_signing_out_ends_a_session_everywhere_and_twice_is_no_error(one: Process, other: Process) -> None:
    signed_in = start(one)
    other.sessions.get(signed_in.secret)
    one.sessions.end(signed_in.secret)
    one.sessions.end(signed_in.secret)

    assert other.sessions.get(signed_in.secret) is None


def test_signing_out_everywhere_ends_all_of_a_users_sessions_and_nobody_elses(one: Process, other: Process) -> None:
    signed_in = [start(one) for _ in range(3)]
    somebody = one.sessions.start("bob")
    for each in signed_in:
        other.sessions.get(each.secret)

    assert one.sessions.end_all("ada") == 3

    assert [other.sessions.get(each.secret) for each in signed_in] == [None] * 3
    assert other.sessions.get(somebody.secret) is not None


def test_signing_out_everywhere_else_keeps_the_one_session(one: Process) -> None:
    first, second = start(one), start(one)

    assert one.sessions.end_all("ada", but=first.secret) == 1

    assert one.sessions.get(first.secret) is not None
    assert one.sessions.get(second.secret) is None


def test_a_session_that_the_index_does_not_show_yet_is_ended_too(one: Process, moto: Any) -> None:
    signed_in = start(one)
    moto.update_item(
        TableName="test-state",
        Key={"pk": {"S": f"SESSION#{signed_in.session.id}"}, "sk": {"S": "SESSION"}},
        UpdateExpression="REMOVE gsi1pk",
    )

    assert one.sessions.end_all("ada") == 1


def test_without_redis_signing_out_everywhere_waits_for_the_index(
    one: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tierstore.core.runners.time.sleep", slept.append)
    cut_off(one)
    signed_in = start(one)

    assert one.sessions.end_all("ada") == 1

    assert one.sessions.get(signed_in.secret) is None
    assert slept == [1.0, 1.0]


def test_what_a_session_holds_is_changed_entry_by_entry(one: Process, other: Process) -> None:
    signed_in = start(one, data={"theme": "dark"})
    other.sessions.get(signed_in.secret)

    one.sessions.update(signed_in.secret, language="fr")

    found = other.sessions.get(signed_in.secret)
    assert found is not None
    assert found.data == {"theme": "dark", "language": "fr"}


def test_changes_at_the_same_time_are_both_kept(one: Process, other: Process) -> None:
    signed_in = start(one)

    def change_first(effect: Effect[Any]) -> None:
        if isinstance(effect, DynamoDBRequest) and effect.action == "UpdateItem":
            one.before = lambda _: None
            other.sessions.update(signed_in.secret, theme="dark")

    one.before = change_first
    assert one.sessions.update(signed_in.secret, language="fr").data == {"theme": "dark", "language": "fr"}


def test_an_end_that_redis_was_not_told_of_is_found_out_at_the_next_prolongation(
    one: Process,
    other: Process,
    world: World,
) -> None:
    signed_in = start(one)
    one.sessions.get(signed_in.secret)
    cut_off(other)
    other.sessions.end(signed_in.secret)
    world.pass_by(minutes=4)

    assert one.sessions.get(signed_in.secret) is None


def test_a_users_sessions_are_listed_newest_first(one: Process, world: World) -> None:
    first = start(one)
    world.pass_by(seconds=1)
    second = start(one)

    sessions = list(one.sessions.by_user.every("ada", limit=1))

    assert [session.id for session in sessions] == [second.session.id, first.session.id]


@pytest.mark.parametrize(("idle", "absolute"), [(0, 10), (20, 10), (-1, -1)])
def test_times_that_make_no_session_are_refused(one: Process, idle: int, absolute: int) -> None:
    with pytest.raises(InvalidError, match="the idle time must be above 0 and no longer than the whole"):
        one.sessions.start("ada", idle_seconds=idle, absolute_seconds=absolute)
