"""Whatever fails on the way, the tables hold in the end what a plain dictionary holds: nothing lost, nothing twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from tierstore.aws import Aws
from tierstore.cache.entity_cache import EntityCache
from tierstore.connection import Connection
from tierstore.core.context import Context
from tierstore.core.operation import Sync
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.core.runners import SyncRunner
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.dynamodb.repository import Repository
from tierstore.dynamodb.transport import DynamoDBTransport
from tierstore.errors import ContendedError, NotUniqueError, ThrottledError, UnavailableError, VersionConflictError
from tierstore.identifiers import new_ulid
from tierstore.model.contents import ContentCounter
from tierstore.model.state import StateEntry
from tierstore.model.users import User
from tierstore.storage import Operations

pytestmark = pytest.mark.integration

OPERATIONS = 500
FAULTS = 0.2


@dataclass
class Unreliable:
    """Carries requests out, but every fifth fails: before it was sent, after it was sent, or for want of capacity."""

    carry_out: Callable[[DynamoDBRequest[Any]], Any]
    dice: random.Random
    injected: int = 0

    def __call__(self, request: Any) -> Any:
        if self.dice.random() >= FAULTS:
            return self.carry_out(request)
        self.injected += 1
        match self.dice.randrange(4):
            case 0:
                raise ThrottledError("injected: slow down")
            case 1:
                raise UnavailableError("injected: refused")
            case 2:
                raise UnavailableError("injected: reset before it was read", in_doubt=True)
            case _:
                self.carry_out(request)
                raise UnavailableError("injected: the answer was lost", in_doubt=True)


@dataclass
class Tables:
    """The operations, what they should have left, and the dice that choose the next one."""

    storage: Operations[Sync]
    items: Repository
    run: Callable[[Any], Any]
    dice: random.Random
    namespace: str = field(default_factory=new_ulid)
    users: dict[str, User] = field(default_factory=dict)
    entries: dict[str, StateEntry] = field(default_factory=dict)
    views: int = 0

    def create_user(self) -> None:
        email = f"{self.dice.randrange(30)}-{self.namespace}@example.org"
        if email in {user.email for user in self.users.values()}:
            with pytest.raises(NotUniqueError):
                self.storage.users.create(email=email, display_name="taken")
        else:
            user = self.storage.users.create(email=email, display_name="new")
            self.users[user.id] = user

    def update_user(self) -> None:
        if self.users:
            user = self.dice.choice(list(self.users.values()))
            self.users[user.id] = self.storage.users.update(user, display_name=new_ulid(), status="suspended")

    def update_stale_user(self) -> None:
        stale = [user for user in self.users.values() if user.version > 1]
        if stale:
            user = self.dice.choice(stale)
            with pytest.raises(VersionConflictError):
                self.run(self.items.delete(User(**{**vars(user), "version": user.version - 1})))

    def delete_user(self) -> None:
        if len(self.users) > 10:
            user = self.users.pop(self.dice.choice(list(self.users)))
            self.storage.users.delete(user)

    def put_entry(self) -> None:
        name = str(self.dice.randrange(10))
        known = self.entries.get(name)
        expected = 0 if known is None else known.version
        self.entries[name] = self.storage.state.put(self.namespace, name, new_ulid(), expected_version=expected)

    def delete_entry(self) -> None:
        if self.entries:
            name, entry = self.entries.popitem()
            self.storage.state.delete(self.namespace, name, expected_version=entry.version)

    def count(self) -> None:
        amount = self.dice.randrange(1, 10)
        counter = ContentCounter(content_id=self.namespace, name="views")
        self.run(self.items.add(counter, "value", amount))
        self.views += amount


@pytest.fixture
def unreliable(aws: Aws) -> Iterator[Unreliable]:
    with closing(DynamoDBTransport(aws)) as transport:
        yield Unreliable(carry_out=transport.carry_out, dice=random.Random(20261122))


@pytest.fixture
def tables(connection: Connection, unreliable: Unreliable) -> Tables:
    context = Context(connection=connection)
    at_once = Backoff(attempts=30, base_seconds=0, cap_seconds=0)
    retries = RetryPolicy(failed=at_once, throttled=at_once, budget=RetryBudget(capacity=1e9), random=lambda: 0.0)
    items = Repository(context, retries)
    runner = SyncRunner(unreliable, lambda: ThreadPoolExecutor(max_workers=1))
    storage = Operations(runner, context, items, EntityCache(context))
    return Tables(storage=storage, items=items, run=runner.run, dice=random.Random(4711))


def test_the_tables_hold_what_a_dictionary_holds(tables: Tables, unreliable: Unreliable) -> None:
    steps = [
        tables.create_user,
        tables.update_user,
        tables.update_stale_user,
        tables.delete_user,
        tables.put_entry,
        tables.put_entry,
        tables.delete_entry,
        tables.count,
    ]

    for _ in range(OPERATIONS):
        tables.dice.choice(steps)()

    assert unreliable.injected > OPERATIONS * FAULTS / 2
    found = {user_id: tables.storage.users.get(user_id, consistent=True) for user_id in tables.users}
    assert found == tables.users
    assert {
        user.id for user in tables.users.values() if tables.storage.users.by_email(user.email) == user
    } == found.keys()
    listed = tables.storage.state.by_prefix.every(tables.namespace)
    assert {entry.name: entry for entry in listed} == tables.entries
    key = {"content_id": tables.namespace, "name": "views"}
    assert tables.run(tables.items.total(ContentCounter, key, "value")) == tables.views


def test_what_never_succeeds_is_an_error_in_the_end(tables: Tables, unreliable: Unreliable) -> None:
    def refuse(_: Any) -> Any:
        raise ContendedError("busy")

    unreliable.carry_out = refuse

    with pytest.raises((ContendedError, UnavailableError, ThrottledError)):
        tables.storage.state.get(tables.namespace, "name")
