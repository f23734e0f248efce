"""A claim lasts as long as its holder works at it, within bounds, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from inspect import GEN_CREATED, getgeneratorstate
from threading import Lock
from typing import Any

import pytest

from tests.tierstore.cache.conducting import World, conduct
from tierstore.cache.claims import HELD_SECONDS, Claims
from tierstore.cache.scripts import LOCK_SECONDS, keys_of, prolong
from tierstore.core.deadlines import deadline
from tierstore.core.effects import Effect, InBackground, Plan, Sleep
from tierstore.redis.effects import RedisBatch

KEYS = keys_of("entity:1:{article:1}")


@pytest.fixture
def claims(world: World) -> Claims:
    def clock() -> float:
        return world.now.timestamp()

    return Claims(clock)


def loading() -> Plan[str]:
    yield Sleep(seconds=60)
    return "loaded"


def begun(claims: Claims, token: str = "t") -> tuple[Plan[str], Plan[Any]]:
    """A load under way, and what prolongs its claim."""
    load = claims.holding(KEYS, token, loading())
    beginning = next(load)
    assert isinstance(beginning, InBackground)
    assert load.send(None) == Sleep(seconds=60)
    return load, beginning.plan


def end(load: Plan[str]) -> None:
    with pytest.raises(StopIteration):
        load.send(None)


def look(world: World, keeper: Plan[Any], *, after: float) -> Effect[Any] | None:
    """What the keeper asks of Redis at its next look; None where nothing."""
    if getgeneratorstate(keeper) == GEN_CREATED:
        assert isinstance(next(keeper), Sleep)
    world.pass_time(after)
    asked = keeper.send(None)
    if isinstance(asked, Sleep):
        return None
    assert isinstance(keeper.send([1]), Sleep)
    return asked


def test_a_claim_is_prolonged_well_before_it_ends(claims: Claims, world: World) -> None:
    _, keeper = begun(claims)

    assert look(world, keeper, after=LOCK_SECONDS / 5) is None
    assert look(world, keeper, after=LOCK_SECONDS / 10) == RedisBatch(requests=(prolong(KEYS, token="t"),))
    assert look(world, keeper, after=LOCK_SECONDS / 5) is None


def test_nothing_is_prolonged_once_the_load_has_ended(claims: Claims, world: World) -> None:
    load, keeper = begun(claims)
    next(keeper)
    end(load)
    world.pass_time(LOCK_SECONDS)

    with pytest.raises(StopIteration):
        keeper.send(None)


def test_one_keeper_prolongs_what_all_loads_have_claimed(claims: Claims, world: World) -> None:
    _, keeper = begun(claims)
    other = conduct(claims.holding(KEYS, "u", iter_nothing()), [])
    second = claims.holding(KEYS, "v", loading())
    next(second)

    asked = look(world, keeper, after=LOCK_SECONDS)

    assert other.in_background == []
    assert asked == RedisBatch(requests=(prolong(KEYS, token="t"), prolong(KEYS, token="v")))


def iter_nothing() -> Plan[None]:
    yield from ()


def test_after_a_quiet_time_another_keeper_begins(claims: Claims, world: World) -> None:
    load, keeper = begun(claims)
    next(keeper)
    end(load)
    with pytest.raises(StopIteration):
        keeper.send(None)

    _, another = begun(claims, "u")

    assert look(world, another, after=LOCK_SECONDS) == RedisBatch(requests=(prolong(KEYS, token="u"),))


class LetsIn:
    """A lock that somebody else takes as soon as it is free."""

    def __init__(self, somebody: Callable[[], object]) -> None:
        self._lock = Lock()
        self._waiting = [somebody]

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        if self._waiting:
            self._waiting.pop()()


def test_a_load_that_begins_while_the_keeper_ends_has_another(claims: Claims, world: World) -> None:
    load, keeper = begun(claims)
    next(keeper)
    end(load)
    others: list[tuple[Plan[str], Plan[Any]]] = []
    held: Any = claims._of_process()
    held.lock = LetsIn(lambda: others.append(begun(claims, "u")))
    with pytest.raises(StopIteration):
        keeper.send(None)

    ((_, another),) = others
    assert look(world, another, after=LOCK_SECONDS) == RedisBatch(requests=(prolong(KEYS, token="u"),))
    # It is not taken for ended by the one before.
    assert isinstance(next(claims.holding(KEYS, "v", loading())), Sleep)


def test_a_load_that_never_ends_loses_its_claim(claims: Claims, world: World) -> None:
    _, keeper = begun(claims)

    assert look(world, keeper, after=HELD_SECONDS) is None


def test_a_claim_is_held_no_longer_than_the_loaders_deadline(claims: Claims, world: World) -> None:
    with deadline(LOCK_SECONDS):
        _, keeper = begun(claims)

    assert look(world, keeper, after=LOCK_SECONDS * 0.9) is not None
    assert look(world, keeper, after=LOCK_SECONDS * 0.9) is None


@pytest.mark.parametrize("break_off", [lambda load: load.close(), lambda load: load.throw(OSError("gone"))])
def test_a_load_that_breaks_off_holds_nothing(
    claims: Claims, world: World, break_off: Callable[[Plan[str]], object]
) -> None:
    load, keeper = begun(claims)
    next(keeper)
    try:
        break_off(load)
    except OSError:
        world.pass_time(LOCK_SECONDS)

    with pytest.raises(StopIteration):
        keeper.send(None)
