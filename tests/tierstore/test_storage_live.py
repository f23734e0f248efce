"""The library against the sandbox's tables, over TLS, Redis out of reach: blocking, in asyncio, with boto3."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from environments.target import SandboxConnection
from tierstore import AsyncStorage, Storage
from tierstore.connection import Connection
from tierstore.errors import ConflictError, NotUniqueError, VersionConflictError
from tierstore.identifiers import new_ulid
from tierstore.observability.events import CacheOutcome, CacheRead, Event, RequestEnded
from tierstore.observability.metrics import Tier

pytestmark = pytest.mark.integration

Do = Callable[..., Any]


@pytest.fixture
def reachable(connection: Connection, sandbox: SandboxConnection, monkeypatch: pytest.MonkeyPatch) -> Connection:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(sandbox.credentials_file))
    return connection


@pytest.fixture(params=["ours", "asyncio", "boto3"])
def do(request: pytest.FixtureRequest, reachable: Connection) -> Iterator[Do]:
    """Runs `group.operation` of a storage by its name."""
    if request.param == "asyncio":
        waiting = AsyncStorage(reachable)
        with asyncio.Runner() as runner:
            yield lambda name, *given, **named: runner.run(_awaited(_named(waiting, name)(*given, **named)))
            runner.run(waiting.close())
    else:
        with closing(Storage(reachable, use_boto3=request.param == "boto3")) as storage:
            yield lambda name, *given, **named: _named(storage, name)(*given, **named)


async def _awaited(operation: Awaitable[Any]) -> Any:
    return await operation


def _named(storage: Any, name: str) -> Any:
    group, _, operation = name.partition(".")
    return getattr(getattr(storage, group), operation)


def test_users_live_their_lives(do: Do) -> None:
    name = new_ulid().lower()
    user = do("users.create", email=f"{name}@example.org", display_name="Ada")
    assert do("users.get", user.id, consistent=True) == user
    assert do("users.by_email", f"{name.upper()}@EXAMPLE.org") == user
    with pytest.raises(NotUniqueError):
        do("users.create", email=f"{name}@example.org", display_name="Eve")

    moved = do("users.change_email", do("users.update", user, status="suspended"), f"{name}@example.com")
    assert do("users.by_email", f"{name}@example.org") is None
    with pytest.raises(VersionConflictError) as conflict:
        do("users.update", user, display_name="late")
    assert (conflict.value.expected, conflict.value.found) == (1, 3)

    do("users.set_preferences", user.id, locale="de", values={"picture": b"\0\1", "sizes": {1, 2}})
    overview = do("users.overview", user.id)
    assert (overview.user, overview.preferences.values) == (moved, {"picture": b"\0\1", "sizes": {1, 2}})
    do("users.delete", moved)
    assert do("users.get", user.id, consistent=True) is None


def test_lists_are_complete_and_in_order(do: Do) -> None:
    author, category = new_ulid(), new_ulid()
    contents = [
        do("contents.create", author_id=author, title=str(number), body="b", category=category, tags=[category])
        for number in range(6)
    ]
    published = [do("contents.publish", content) for content in contents]
    since = published[0].created_at - timedelta(days=70)

    def all_of(name: str, *given: Any, **named: Any) -> list[str]:
        page = do(name, *given, limit=4, **named)
        items = list(page.items)
        while page.cursor is not None:
            page = do(name, *given, limit=4, cursor=page.cursor, **named)
            items += page.items
        return [item.title for item in items]

    newest_first = ["5", "4", "3", "2", "1", "0"]
    assert all_of("contents.by_author", author) == newest_first
    assert all_of("contents.by_author_and_status", author, "published") == newest_first
    assert all_of("contents.by_category", category, since=since) == newest_first
    assert all_of("contents.by_tag", category) == newest_first

    for content in published:
        do("contents.delete", content)
    assert all_of("contents.by_category", category, since=since) == []
    assert all_of("contents.revisions", published[0].id) == []


def test_state_leases_and_idempotency_hold(do: Do) -> None:
    name = new_ulid()
    first = do("state.put", "live", name, {"n": 1}, expected_version=0)
    with pytest.raises(VersionConflictError):
        do("state.put", "live", name, {"n": 2}, expected_version=0)
    assert do("state.put", "live", name, {"n": 2}, expected_version=first.version).version == 2
    assert [entry.name for entry in do("state.by_prefix", "live", name).items] == [name]

    lease = do("leases.acquire", name, holder="a", duration=timedelta(minutes=1))
    assert do("leases.acquire", name, holder="b", duration=timedelta(minutes=1)) is None
    assert do("leases.release", do("leases.renew", lease, duration=timedelta(minutes=2))) is True

    record = do("idempotency.begin", "live", name, payload_hash="h")
    do("idempotency.complete", record, [1, "two"])
    assert do("idempotency.begin", "live", name, payload_hash="h").result == [1, "two"]


def test_writers_that_meet_lose_nothing(reachable: Connection) -> None:
    name = new_ulid()

    with closing(Storage(reachable)) as storage:
        storage.state.put("live", name, 0)

        def increment(_: int) -> None:
            while True:
                entry = storage.state.get("live", name)
                assert entry is not None
                try:
                    storage.state.put("live", name, entry.value + 1, expected_version=entry.version)
                except ConflictError:
                    continue
                return

        with ThreadPoolExecutor(max_workers=4) as executor:
            list(executor.map(increment, range(20)))

        final = storage.state.get("live", name)
    assert final is not None
    assert (final.value, final.version) == (20, 21)


def test_only_one_of_many_creates_what_is_unique(reachable: Connection) -> None:
    email = f"{new_ulid()}@example.org"

    with closing(Storage(reachable)) as storage:

        def create(number: int) -> bool:
            try:
                storage.users.create(email=email, display_name=str(number))
            except NotUniqueError:
                return False
            return True

        with ThreadPoolExecutor(max_workers=6) as executor:
            outcomes = list(executor.map(create, range(6)))

        assert sorted(outcomes) == [False] * 5 + [True]
        assert storage.users.by_email(email) is not None


@pytest.mark.parametrize("use_boto3", [False, True])
def test_an_observed_storage_tells_what_it_asked_and_consumed(reachable: Connection, *, use_boto3: bool) -> None:
    events: list[Event] = []
    with closing(Storage(reachable, observe=events.append, use_boto3=use_boto3)) as storage:
        user = storage.users.create(email=f"{new_ulid().lower()}@example.org", display_name="Ada")
        assert storage.users.get(user.id) == user

    asked = [event for event in events if isinstance(event, RequestEnded) and event.tier is Tier.DYNAMODB]
    assert [(event.operation, event.request, event.error) for event in asked] == [
        ("users.create", "TransactWriteItems", None),
        ("users.get", "GetItem", None),
    ]
    assert asked[0].write_units > 0
    assert asked[1].read_units > 0
    assert [event.outcome for event in events if isinstance(event, CacheRead)] == [CacheOutcome.UNREACHABLE]
