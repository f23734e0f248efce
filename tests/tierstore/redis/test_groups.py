"""Each request goes to the replication group in which its key space lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tierstore.core.transports import AsyncTransport, Transport
from tierstore.declaration.policies import KeySpaceUse
from tierstore.errors import UnavailableError
from tierstore.model.key_spaces import KEY_SPACES
from tierstore.redis.effects import AnyRedisEffect, RedisBatch, RedisRequest, RedisScan, RedisValues
from tierstore.redis.groups import AsyncRedisGroups, Homes, RedisGroups

COPY, SESSION, USER_SESSIONS, LIMIT = "entity:1:user:1", "session:1:s", "user_sessions:1:u", "rate:1:search:1"


@dataclass(eq=False)
class Group:
    """A replication group that answers with its own name, or fails."""

    name: str
    asked: list[AnyRedisEffect] = field(default_factory=list)
    fails: bool = False
    is_closed: bool = False

    def carry_out(self, effect: AnyRedisEffect) -> Any:
        self.asked.append(effect)
        match effect:
            case RedisRequest(key=key):
                return self._answer(key)
            case RedisBatch(requests=requests):
                return [self._answer(request.key) for request in requests]
            case RedisValues(keys=keys):
                return [self._answer(key) for key in keys]
            case RedisScan():
                return [f"{self.name}:1".encode()]

    def close(self) -> None:
        self.is_closed = True

    def _answer(self, key: str) -> Any:
        return UnavailableError("away") if self.fails else (self.name, key)


@dataclass(eq=False)
class Awaited:
    """The same in asyncio."""

    group: Group

    async def carry_out(self, effect: AnyRedisEffect) -> Any:
        return self.group.carry_out(effect)

    async def close(self) -> None:
        self.group.close()


@dataclass(frozen=True)
class World:
    """A main group and one for sessions."""

    main: Group
    session: Group
    carry_out: Callable[[AnyRedisEffect], Any]
    close: Callable[[], Any]


@pytest.fixture(params=["blocking", "asyncio"])
def world(request: pytest.FixtureRequest) -> World:
    main, session = Group("main"), Group("session")
    if request.param == "blocking":
        groups = RedisGroups(Homes[Transport].of(main, {KeySpaceUse.SESSION: session}, KEY_SPACES))
        return World(main, session, groups.carry_out, groups.close)
    homes = Homes[AsyncTransport].of(Awaited(main), {KeySpaceUse.SESSION: Awaited(session)}, KEY_SPACES)
    awaited = AsyncRedisGroups(homes)
    return World(
        main,
        session,
        lambda effect: asyncio.run(awaited.carry_out(effect)),
        lambda: asyncio.run(awaited.close()),
    )


def get(key: str) -> RedisRequest:
    return RedisRequest(key=key, command=("GET", key))


@pytest.mark.parametrize(
    ("key", "group"),
    [
        (COPY, "main"),
        (LIMIT, "main"),
        (SESSION, "session"),
        (f"{SESSION}:guard", "session"),
        (USER_SESSIONS, "session"),
        ("validation:x", "main"),
    ],
)
def test_a_request_goes_where_its_key_space_lives(world: World, key: str, group: str) -> None:
    assert world.carry_out(get(key)) == (group, key)


@pytest.mark.parametrize("values", [True, False])
def test_requests_of_several_groups_are_answered_in_their_order(world: World, values: bool) -> None:
    keys = (SESSION, COPY, USER_SESSIONS, LIMIT)
    effect = RedisValues(keys=keys) if values else RedisBatch(requests=tuple(get(key) for key in keys))

    assert world.carry_out(effect) == [
        ("session", SESSION),
        ("main", COPY),
        ("session", USER_SESSIONS),
        ("main", LIMIT),
    ]


def test_requests_of_one_group_are_sent_together_and_to_nobody_else(world: World) -> None:
    batch = RedisBatch(requests=(get(SESSION), get(USER_SESSIONS)))

    world.carry_out(batch)

    assert (world.session.asked, world.main.asked) == ([batch], [])


def test_an_empty_batch_asks_nobody(world: World) -> None:
    assert world.carry_out(RedisBatch(requests=())) == []
    assert world.main.asked == world.session.asked == []


def test_a_group_that_fails_takes_nothing_from_the_others(world: World) -> None:
    world.session.fails = True

    lost, found = world.carry_out(RedisBatch(requests=(get(SESSION), get(COPY))))

    assert isinstance(lost, UnavailableError)
    assert found == ("main", COPY)


def test_a_scan_looks_at_every_group(world: World) -> None:
    assert world.carry_out(RedisScan(pattern="*user*")) == [b"main:1", b"session:1"]


def test_every_group_is_closed(world: World) -> None:
    world.close()

    assert world.main.is_closed
    assert world.session.is_closed
