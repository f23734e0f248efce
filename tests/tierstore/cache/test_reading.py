"""What a read through the cache asks for, step by step."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.tierstore.cache.conducting import (
    REDIS_IS_AWAY,
    Article,
    Badge,
    Banner,
    Form,
    TableRead,
    World,
    conduct,
    conduct_by,
    load,
    write,
)
from tierstore.cache.claims import HELD_SECONDS
from tierstore.cache.counts import CacheCounts
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.scripts import Claim
from tierstore.core.effects import Effect, Plan
from tierstore.declaration.entities import Entity
from tierstore.errors import CorruptError, InvalidError, TimedOutError, UnavailableError
from tierstore.redis.effects import RedisRequest

ADA = Article(id="1", title="Ada", version=3)
TABLE_IS_AWAY = UnavailableError("no table")
OK = b"OK"


def get(cache: EntityCache, entity: type[Entity] = Article) -> Plan[Any]:
    return cache.get(entity, {"id": "1"}, load)


def counts(cache: EntityCache) -> CacheCounts:
    return cache.counts["article"]


def stored_seconds(request: Any) -> float:
    return float(request.command[-2]) / 1000


def test_a_fresh_copy_is_the_answer_after_one_get(cache: EntityCache, world: World) -> None:
    performance = conduct(get(cache), [world.copy(ADA, fresh_for=50)])

    assert performance.result == ADA
    assert performance.effects == [RedisRequest(key="entity:1:{article:1}", command=("GET", "entity:1:{article:1}"))]
    assert counts(cache) == CacheCounts(hits=1)


def test_that_there_is_no_such_item_is_an_answer_too(cache: EntityCache, world: World) -> None:
    assert conduct(get(cache), [world.copy(None, fresh_for=5)]).result is None


@pytest.mark.parametrize("nothing", [None, b"", b"\x00", b"garbage" * 20])
def test_without_a_copy_the_item_is_claimed_loaded_and_stored(
    cache: EntityCache, world: World, nothing: bytes | None
) -> None:
    performance = conduct(get(cache), [nothing, [Claim.LOAD, nothing], ADA, 1])

    assert performance.result == ADA
    _, _, read, store = performance.effects
    assert read == TableRead(consistently=False)
    assert isinstance(store, RedisRequest)
    assert store.command[-1] == world.copy(ADA, fresh_for=100)
    assert stored_seconds(store) == pytest.approx(1100)
    assert counts(cache) == CacheCounts(misses=1, loads=1)


def test_copies_made_together_do_not_expire_together(cache: EntityCache, world: World) -> None:
    world.dice = 0.5

    performance = conduct(get(cache), [None, [Claim.LOAD, None], ADA, 1])

    assert stored_seconds(performance.effects[-1]) == pytest.approx(100 * 0.95 + 1000)


def test_an_absence_is_remembered_for_a_shorter_time(cache: EntityCache, world: World) -> None:
    performance = conduct(get(cache), [None, [Claim.LOAD, None], None, 1])

    assert performance.result is None
    store = performance.effects[-1]
    assert isinstance(store, RedisRequest)
    assert store.command[-1] == world.copy(None, fresh_for=10)


def test_an_absence_that_is_not_to_be_remembered_gives_the_claim_back(cache: EntityCache) -> None:
    performance = conduct(get(cache, Banner), [None, [Claim.LOAD, None], None, 1])

    release = performance.effects[-1]
    assert isinstance(release, RedisRequest)
    assert release.command[3:] == ("entity:1:{banner:1}:lock", "token 1")


def test_a_copy_is_never_fresh_beyond_the_items_own_expiry(cache: EntityCache, world: World) -> None:
    expiring = replace(ADA, expires_at=world.now + timedelta(seconds=7))

    performance = conduct(get(cache), [None, [Claim.LOAD, None], expiring, 1])

    store = performance.effects[-1]
    assert isinstance(store, RedisRequest)
    assert store.command[-1] == world.copy(expiring, fresh_for=7)


def test_whoever_comes_second_waits_for_the_copy(cache: EntityCache, world: World) -> None:
    performance = conduct(
        get(cache), [None, [Claim.WAIT, None], [Claim.WAIT, None], [Claim.WAIT, world.copy(ADA, fresh_for=100)]]
    )

    assert performance.result == ADA
    assert 0 < performance.slept < 0.02
    assert counts(cache) == CacheCounts(misses=1, waits=1)


def test_whoever_comes_while_this_process_reads_the_same_does_not_look_for_it(cache: EntityCache, world: World) -> None:
    first = get(cache)
    next(first)
    reading = first.send(None).plan  # type: ignore[attr-defined]
    next(reading)

    # With nobody to join, the second reads for itself and finds what the first has stored.
    second = conduct(get(cache), [[Claim.WAIT, world.copy(ADA, fresh_for=100)]])

    assert second.result == ADA
    reading.close()
    assert conduct(get(cache), [world.copy(ADA, fresh_for=100)]).result == ADA


def test_whoever_has_waited_long_enough_loads_without_storing(cache: EntityCache) -> None:
    def answer(effect: Effect[Any]) -> Any:
        if isinstance(effect, TableRead):
            return ADA
        assert isinstance(effect, RedisRequest)
        return None if effect.command[0] == "GET" else [Claim.WAIT, None]

    performance = conduct_by(get(cache), answer)

    assert performance.result == ADA
    assert performance.effects[-1] == TableRead(consistently=False)
    assert HELD_SECONDS <= performance.slept < HELD_SECONDS * 1.1


def test_an_expired_copy_is_loaded_anew(cache: EntityCache, world: World) -> None:
    old = world.copy(replace(ADA, title="old"), fresh_for=-1)

    assert conduct(get(cache), [old, [Claim.LOAD, old], ADA, 1]).result == ADA


def test_while_the_table_cannot_be_read_an_expired_copy_is_served_and_the_claim_given_back(
    cache: EntityCache, world: World
) -> None:
    old = world.copy(ADA, fresh_for=-999)

    performance = conduct(get(cache), [old, [Claim.LOAD, old], TABLE_IS_AWAY, 1])

    assert performance.result == ADA
    release = performance.effects[-1]
    assert isinstance(release, RedisRequest)
    assert release.command[2:] == (1, "entity:1:{article:1}:lock", "token 1")
    assert counts(cache).stale == 1


def test_a_copy_that_is_too_old_is_not_served_even_then(cache: EntityCache, world: World) -> None:
    old = world.copy(ADA, fresh_for=-1001)

    with pytest.raises(UnavailableError, match="no table"):
        conduct(get(cache), [old, [Claim.LOAD, old], TABLE_IS_AWAY, 1])


def test_an_item_that_has_expired_is_not_served_even_then(cache: EntityCache, world: World) -> None:
    expired = replace(ADA, expires_at=world.now)
    old = world.copy(expired, fresh_for=0)

    with pytest.raises(UnavailableError, match="no table"):
        conduct(get(cache), [old, [Claim.LOAD, old], TABLE_IS_AWAY, 1])


def test_an_error_that_will_not_pass_is_told(cache: EntityCache, world: World) -> None:
    old = world.copy(ADA, fresh_for=-1)

    with pytest.raises(CorruptError):
        conduct(get(cache), [old, [Claim.LOAD, old], CorruptError("unreadable"), 1])


def test_without_redis_the_table_answers(cache: EntityCache) -> None:
    performance = conduct(get(cache), [REDIS_IS_AWAY, ADA])

    assert performance.result == ADA
    assert counts(cache) == CacheCounts(unreachable=1, loads=1)


def test_one_claim_that_fails_makes_no_herd(cache: EntityCache, world: World) -> None:
    performance = conduct(get(cache), [None, REDIS_IS_AWAY, [Claim.WAIT, world.copy(ADA, fresh_for=100)]])

    assert performance.result == ADA
    assert counts(cache).loads == 0


def test_an_answer_that_came_too_late_makes_no_herd(cache: EntityCache, world: World) -> None:
    """As in a process that gets no processor time for a while."""
    late = TimedOutError("no answer in time")

    performance = conduct(get(cache), [late, late, [Claim.WAIT, world.copy(ADA, fresh_for=100)]])

    assert performance.result == ADA
    assert counts(cache).loads == 0


def test_silences_that_come_one_by_one_make_no_herd(cache: EntityCache, world: World) -> None:
    waiting = [Claim.WAIT, None]
    answers = [
        None,
        REDIS_IS_AWAY,
        waiting,
        REDIS_IS_AWAY,
        waiting,
        REDIS_IS_AWAY,
        [Claim.WAIT, world.copy(ADA, fresh_for=9)],
    ]

    assert conduct(get(cache), answers).result == ADA
    assert counts(cache).loads == 0


@pytest.mark.parametrize("lost_at", ["claim", "store"])
def test_redis_may_go_away_at_any_step(cache: EntityCache, lost_at: str) -> None:
    answers: dict[str, list[Any]] = {
        "claim": [None, REDIS_IS_AWAY, REDIS_IS_AWAY, ADA],
        "store": [None, [Claim.LOAD, None], ADA, REDIS_IS_AWAY],
    }

    assert conduct(get(cache), answers[lost_at]).result == ADA


def test_after_a_write_the_item_is_read_consistently(cache: EntityCache) -> None:
    performance = conduct(get(cache), [None, [Claim.LOAD_CONSISTENTLY, None], ADA, 1])

    assert performance.effects[2] == TableRead(consistently=True)


@pytest.mark.parametrize("answers", [[None, [Claim.LOAD, None], None, 1], [REDIS_IS_AWAY, None]])
def test_an_entity_that_asks_for_it_is_always_loaded_consistently(cache: EntityCache, answers: list[Any]) -> None:
    assert TableRead(consistently=True) in conduct(get(cache, Badge), answers).effects


def test_during_a_write_the_item_is_read_consistently_and_not_stored(cache: EntityCache) -> None:
    performance = conduct(get(cache), [None, [Claim.LOAD_WITHOUT_STORING, None], ADA])

    assert performance.effects[-1] == TableRead(consistently=True)


def test_a_store_that_was_refused_is_counted(cache: EntityCache) -> None:
    conduct(get(cache), [None, [Claim.LOAD, None], ADA, 0])

    assert counts(cache).refused == 1


def test_soon_before_it_expires_a_copy_is_served_and_refreshed_in_the_background(
    cache: EntityCache, world: World
) -> None:
    old = world.copy(replace(ADA, title="old"), fresh_for=19)

    performance = conduct(get(cache), [old])
    assert performance.result == replace(ADA, title="old")
    (refresh,) = performance.in_background
    refreshing = conduct(refresh.plan, [[Claim.LOAD, old], ADA, 1])

    store = refreshing.effects[-1]
    assert isinstance(store, RedisRequest)
    assert store.command[-1] == world.copy(ADA, fresh_for=100)
    assert counts(cache) == CacheCounts(hits=1, loads=1, refreshes=1)


def test_an_absence_is_not_refreshed(cache: EntityCache, world: World) -> None:
    performance = conduct(get(cache), [world.copy(None, fresh_for=9)])

    assert performance.result is None
    assert performance.in_background == []


@pytest.mark.parametrize(
    "answers",
    [[[Claim.WAIT, None]], [[Claim.LOAD_WITHOUT_STORING, None]], [REDIS_IS_AWAY], [[1, None], TABLE_IS_AWAY, 1]],
)
def test_a_refresh_that_others_do_or_that_fails_is_left(cache: EntityCache, world: World, answers: list[Any]) -> None:
    (refresh,) = conduct(get(cache), [world.copy(ADA, fresh_for=1)]).in_background

    conduct(refresh.plan, answers)

    assert counts(cache).refreshes == 0


def test_the_process_keeps_a_copy_of_its_own_for_a_while(cache: EntityCache, world: World) -> None:
    banner = Banner(id="1")
    conduct(get(cache, Banner), [world.copy(banner, fresh_for=50)])
    world.pass_time(4.9)

    assert conduct(get(cache, Banner), []).result == banner

    world.pass_time(0.1)
    assert len(conduct(get(cache, Banner), [world.copy(banner, fresh_for=45)]).effects) == 1


def test_the_process_keeps_no_copy_beyond_its_freshness(cache: EntityCache, world: World) -> None:
    conduct(get(cache, Banner), [world.copy(Banner(id="1"), fresh_for=2)])
    world.pass_time(2)

    assert conduct(get(cache, Banner), [REDIS_IS_AWAY, None]).result is None


def test_what_somebody_could_change_is_everybodys_own(cache: EntityCache, world: World) -> None:
    data = world.copy(Form(id="1", fields={"a": 1}), fresh_for=50)
    conduct(get(cache, Form), [data]).result.fields["a"] = 2

    kept = conduct(get(cache, Form), []).result
    assert kept.fields == {"a": 1}
    kept.fields["a"] = 3
    assert conduct(get(cache, Form), []).result.fields == {"a": 1}


def test_what_was_loaded_before_a_write_ended_is_not_kept(cache: EntityCache, world: World) -> None:
    banner = Banner(id="1", version=1)
    reading = get(cache, Banner)
    next(reading)
    inner = reading.send(None).plan  # type: ignore[attr-defined]
    next(inner)
    inner.send([Claim.LOAD, None])
    assert isinstance(inner.send(None), TableRead)
    conduct(cache.writing([banner], write(), lambda _: [2]), [[1], None, [1]])
    inner.send(banner)
    with pytest.raises(StopIteration):
        inner.send(0)

    assert len(conduct(get(cache, Banner), [world.copy(banner, fresh_for=9)]).effects) == 1


def test_an_empty_key_is_refused(cache: EntityCache) -> None:
    with pytest.raises(InvalidError, match="id is empty"):
        conduct(cache.get(Article, {"id": ""}, load), [])


def test_braces_in_an_id_do_not_tear_its_keys_apart(cache: EntityCache) -> None:
    performance = conduct(cache.get(Article, {"id": "}x{"}, load), [None, [Claim.LOAD, None], ADA, 1])

    keys = performance.effects[1].command[3:6]  # type: ignore[attr-defined]
    assert keys == (
        "entity:1:{article:%7Dx%7B}",
        "entity:1:{article:%7Dx%7B}:lock",
        "entity:1:{article:%7Dx%7B}:guard",
    )
