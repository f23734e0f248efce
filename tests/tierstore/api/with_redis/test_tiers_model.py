"""Users, their cached copies and their sessions, in two processes, behave like plain dictionaries."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.tierstore.api.with_redis.tiers import Process
from tests.tierstore.dynamodb.conftest import World
from tests.tierstore.real_redis import RealRedis
from tierstore.api.users import Users
from tierstore.core.operation import Sync
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.errors import NotUniqueError, UnavailableError, VersionConflictError
from tierstore.identifiers import new_ulid
from tierstore.model.users import User

PROCESSES = st.sampled_from([0, 1])
NAMES = st.sampled_from(["ada", "bob", "cyd"])
KEPT = timedelta(minutes=30)


class TiersAgainstDictionaries(RuleBasedStateMachine):
    """What a process reads is what was written last; only what a process wrote that was cut off may be seen later."""

    world: World
    processes: tuple[Process, Process]
    redis: RealRedis
    secrets = Bundle("secrets")

    @initialize()
    def begin(self) -> None:
        self.round = new_ulid().lower()
        self.users: dict[str, User] = {}
        self.owners: dict[str, str] = {}
        """Of the sessions that are there, by secret."""
        self.untold: set[str] = set()
        """Users and secrets that were changed by a process that could not tell the others."""
        for process in self.processes:
            process.is_cut_off = False
            process.before = process.after = lambda _: None

    @rule(process=PROCESSES, name=NAMES)
    def create(self, process: int, name: str) -> None:
        if name in self.users:
            with pytest.raises(NotUniqueError):
                self._users(process).create(email=self._email(name), display_name="taken")
        else:
            self.users[name] = self._users(process).create(email=self._email(name), display_name="new")

    @rule(process=PROCESSES, name=NAMES, text=st.text(st.characters(exclude_categories=["Cs"]), max_size=5))
    def update(self, process: int, name: str, text: str) -> None:
        if name in self.users:
            self.users[name] = self._users(process).update(self.users[name], display_name=text)
            self._note(process, name)

    @rule(process=PROCESSES, name=NAMES)
    def update_what_has_changed_since(self, process: int, name: str) -> None:
        if name in self.users:
            stale = replace(self.users[name], version=self.users[name].version + 1)
            with pytest.raises(VersionConflictError):
                self._users(process).update(stale, display_name="late")

    @rule(process=PROCESSES, name=NAMES)
    def delete(self, process: int, name: str) -> None:
        if name in self.users:
            self._users(process).delete(self.users.pop(name))
            self.untold.discard(name)

    @rule(process=PROCESSES, name=NAMES)
    def read(self, process: int, name: str) -> None:
        user = self.users.get(name)
        assert self._users(process).by_email(self._email(name)) == user
        if user is not None:
            assert self._users(process).get(user.id, consistent=True) == user
            if name not in self.untold:
                assert self._users(process).get(user.id) == user

    @rule(process=PROCESSES)
    def read_many(self, process: int) -> None:
        told = [user for name, user in self.users.items() if name not in self.untold]
        keys = [{"id": user.id} for user in told]
        assert self.processes[process].cache.entities(User, [*keys, {"id": "nobody"}]) == [*told, None]

    @rule(target=secrets, process=PROCESSES, name=NAMES)
    def sign_in(self, process: int, name: str) -> str:
        signed_in = self.processes[process].sessions.start(
            self._email(name), idle_seconds=round(KEPT.total_seconds()), absolute_seconds=round(KEPT.total_seconds())
        )
        self.owners[signed_in.secret] = name
        return signed_in.secret

    @rule(process=PROCESSES, secret=secrets)
    def use(self, process: int, secret: str) -> None:
        found = self.processes[process].sessions.get(secret)
        if secret not in self.untold:
            assert (found is not None) is (secret in self.owners)

    @rule(process=PROCESSES, secret=secrets)
    def sign_out(self, process: int, secret: str) -> None:
        self.processes[process].sessions.end(secret)
        self.owners.pop(secret, None)
        self._note(process, secret)

    @rule(process=PROCESSES, name=NAMES)
    def sign_out_everywhere(self, process: int, name: str) -> None:
        self.processes[process].sessions.end_all(self._email(name))
        for secret in [secret for secret, owner in self.owners.items() if owner == name]:
            del self.owners[secret]
            self._note(process, secret)

    @rule(process=PROCESSES, is_cut_off=st.booleans())
    def cut_off_or_reconnect(self, process: int, is_cut_off: bool) -> None:
        self.processes[process].is_cut_off = is_cut_off

    @rule(process=PROCESSES)
    def lose_the_next_answer_of_the_tables(self, process: int) -> None:
        lost: list[Any] = []

        def lose(effect: Any) -> None:
            # moto does not know the token by which DynamoDB recognises a transaction.
            if isinstance(effect, DynamoDBRequest) and effect.action != "TransactWriteItems" and not lost:
                lost.append(effect)
                raise UnavailableError("the answer was lost", in_doubt=True)

        self.processes[process].after = lose

    @rule()
    def lose_redis(self) -> None:
        self.redis.empty()

    @rule()
    def damage_the_copies(self) -> None:
        for user in self.users.values():
            key = f"entity:1:{{user:{user.id}}}"
            self.redis.operator(key).set(key, b"rubbish", xx=True, keepttl=True)

    def _users(self, process: int) -> Users[Sync]:
        return Users(self.processes[process].runner, self.processes[process].items)

    def _email(self, name: str) -> str:
        return f"{name}-{self.round}@example.org"

    def _note(self, process: int, name: str) -> None:
        if self.processes[process].is_cut_off:
            self.untold.add(name)


def test_the_tiers_behave_like_dictionaries(
    processes: tuple[Process, Process], world: World, real_redis: RealRedis
) -> None:
    TiersAgainstDictionaries.processes = processes
    TiersAgainstDictionaries.world = world
    TiersAgainstDictionaries.redis = real_redis
    run_state_machine_as_test(TiersAgainstDictionaries, settings=settings(max_examples=15, stateful_step_count=25))
