"""What reading many items at once asks for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tierstore.cache.conducting import (
    REDIS_IS_AWAY,
    Article,
    Badge,
    Banner,
    TableReadMany,
    World,
    conduct,
    load_many,
    write,
)
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.scripts import Claim
from tierstore.core.effects import Effect, Plan
from tierstore.declaration.entities import Entity
from tierstore.errors import UnavailableError
from tierstore.redis.effects import RedisBatch, RedisValues

ONE, TWO, THREE = (Article(id=str(number), version=number) for number in (1, 2, 3))


def get_many(cache: EntityCache, *ids: str, entity: type[Entity] = Article) -> Plan[Any]:
    return cache.get_many(entity, [{"id": each} for each in ids], load_many)


def size(effect: Effect[Any]) -> int:
    assert isinstance(effect, RedisBatch | RedisValues)
    return len(effect.keys if isinstance(effect, RedisValues) else effect.requests)


def test_fresh_copies_come_in_one_batch_and_in_order(cache: EntityCache, world: World) -> None:
    performance = conduct(get_many(cache, "2", "1", "2"), [[world.copy(TWO), world.copy(ONE)]])

    assert performance.result == [TWO, ONE, TWO]
    assert cache.counts["article"].hits == 2


def test_what_is_missing_is_claimed_loaded_and_stored_together(cache: EntityCache, world: World) -> None:
    performance = conduct(
        get_many(cache, "1", "2", "3", "4"),
        [
            [None, world.copy(TWO), world.copy(THREE, fresh_for=-1), b"garbage"],
            [[Claim.LOAD, None], [Claim.WAIT, None], [Claim.LOAD, None]],
            [ONE, THREE, None],
            [1, 0],
        ],
    )

    assert performance.result == [ONE, TWO, THREE, None]
    values, claims, read, stores = performance.effects
    assert (size(values), size(claims), size(stores)) == (4, 3, 2)
    assert read == TableReadMany(ids=("1", "3", "4"), consistently=False)
    counts = cache.counts["article"]
    assert (counts.hits, counts.misses, counts.loads, counts.refused) == (1, 3, 3, 1)


def test_nodes_that_do_not_answer_cost_loads_and_no_error(cache: EntityCache, world: World) -> None:
    performance = conduct(get_many(cache, "1", "2"), [[REDIS_IS_AWAY, world.copy(TWO)], [ONE]])

    assert performance.result == [ONE, TWO]
    assert cache.counts["article"].unreachable == 1


@pytest.mark.parametrize("claimed", [Claim.LOAD_CONSISTENTLY, Claim.LOAD_WITHOUT_STORING])
def test_what_is_being_written_is_read_consistently(cache: EntityCache, claimed: Claim) -> None:
    answers: list[Any] = [[None], [[claimed, None]], [ONE]]
    if claimed is Claim.LOAD_CONSISTENTLY:
        answers.append([1])

    assert TableReadMany(ids=("1",), consistently=True) in conduct(get_many(cache, "1"), answers).effects


def test_entities_that_ask_for_it_are_always_loaded_consistently(cache: EntityCache) -> None:
    performance = conduct(get_many(cache, "1", entity=Badge), [[None], [[Claim.LOAD, None]], [None], [1]])

    assert TableReadMany(ids=("1",), consistently=True) in performance.effects


def test_what_redis_could_not_be_told_is_read_from_the_table(cache: EntityCache, world: World) -> None:
    conduct(cache.writing([ONE], write(), lambda _: [2]), [[REDIS_IS_AWAY], None, [REDIS_IS_AWAY]])

    performance = conduct(get_many(cache, "1", "2"), [[world.copy(TWO)], [ONE]])

    assert performance.result == [ONE, TWO]
    assert performance.effects[-1] == TableReadMany(ids=("1",), consistently=True)


def test_a_load_that_fails_gives_its_claims_back(cache: EntityCache) -> None:
    with pytest.raises(UnavailableError, match="no table"):
        conduct(get_many(cache, "1"), [[None], [[Claim.LOAD, None]], UnavailableError("no table"), [1]])


def test_while_the_table_cannot_be_read_expired_copies_are_served(cache: EntityCache, world: World) -> None:
    old = world.copy(ONE, fresh_for=-1)

    performance = conduct(get_many(cache, "1"), [[old], [[Claim.LOAD, old]], UnavailableError("no table"), [1]])

    assert performance.result == [ONE]
    assert cache.counts["article"].stale == 1


def test_an_expired_copy_does_not_hide_that_another_item_cannot_be_read(cache: EntityCache, world: World) -> None:
    old = world.copy(ONE, fresh_for=-1)

    with pytest.raises(UnavailableError, match="no table"):
        conduct(
            get_many(cache, "1", "2"),
            [[old, None], [[Claim.LOAD, old], [Claim.WAIT, None]], UnavailableError("no table"), [1]],
        )


def test_the_processes_own_copies_are_not_asked_for(cache: EntityCache, world: World) -> None:
    banners = [Banner(id="1"), Banner(id="2")]
    conduct(get_many(cache, "1", entity=Banner), [[world.copy(banners[0])]])

    performance = conduct(get_many(cache, "1", "2", entity=Banner), [[world.copy(banners[1])]])

    assert performance.result == banners
    assert list(map(size, performance.effects)) == [1]


def test_nothing_is_asked_for_nothing(cache: EntityCache) -> None:
    assert conduct(get_many(cache), []).result == []
