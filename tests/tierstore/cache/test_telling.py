"""Whoever watches hears what became of every read: answered by what, or by nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.tierstore.cache.conducting import REDIS_IS_AWAY, Article, Banner, World, conduct, load, load_many
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.scripts import Claim
from tierstore.declaration.entities import Entity
from tierstore.observability.events import CacheOutcome, CacheRead
from tierstore.observability.watch import Watch, watched_by

ADA = Article(id="1", title="Ada", version=3)


@pytest.fixture
def told() -> Iterator[list[Any]]:
    """What is told from now on, of an operation called `articles.get`."""
    events: list[Any] = []
    token = watched_by.set(Watch("articles.get", events.append))
    yield events
    watched_by.reset(token)


def read(cache: EntityCache, answers: list[Any], *, entity: type[Entity] = Article) -> Any:
    return conduct(cache.get(entity, {"id": "1"}, load), answers).result


def outcomes(told: list[CacheRead]) -> list[tuple[CacheOutcome, int, int]]:
    return [(event.outcome, event.copies, event.negative) for event in told]


def test_a_hit_is_told_with_the_entity_and_the_operation(
    cache: EntityCache, world: World, told: list[CacheRead]
) -> None:
    read(cache, [world.copy(ADA)])

    assert told == [
        CacheRead(operation="articles.get", entity="article", outcome=CacheOutcome.HIT, copies=1, negative=0)
    ]


def test_a_hit_that_says_there_is_nothing_is_negative(cache: EntityCache, world: World, told: list[CacheRead]) -> None:
    read(cache, [world.copy(None)])

    assert outcomes(told) == [(CacheOutcome.HIT, 1, 1)]


def test_a_hit_within_the_process_is_told_apart(cache: EntityCache, world: World, told: list[CacheRead]) -> None:
    banner = Banner(id="1")
    read(cache, [world.copy(banner)], entity=Banner)
    read(cache, [], entity=Banner)

    assert outcomes(told) == [(CacheOutcome.HIT, 1, 0), (CacheOutcome.LOCAL_HIT, 1, 0)]


def test_a_miss_is_told(cache: EntityCache, told: list[CacheRead]) -> None:
    read(cache, [None, [Claim.LOAD, None], ADA, 1])

    assert outcomes(told) == [(CacheOutcome.MISS, 1, 0)]


def test_a_stale_copy_is_told_after_its_miss(cache: EntityCache, world: World, told: list[CacheRead]) -> None:
    expired = world.copy(ADA, fresh_for=-1)

    read(cache, [expired, [Claim.LOAD, expired], REDIS_IS_AWAY, 1])

    assert outcomes(told) == [(CacheOutcome.MISS, 1, 0), (CacheOutcome.STALE, 1, 0)]


def test_reads_that_pass_redis_by_are_told(cache: EntityCache, told: list[CacheRead]) -> None:
    read(cache, [REDIS_IS_AWAY, ADA])

    assert outcomes(told) == [(CacheOutcome.UNREACHABLE, 1, 0)]


def test_reads_of_many_are_told_together(cache: EntityCache, world: World, told: list[CacheRead]) -> None:
    keys = [{"id": each} for each in "1234"]
    answers: list[Any] = [
        [world.copy(ADA), world.copy(None), None, REDIS_IS_AWAY],
        [[Claim.LOAD, None]],
        [None, None],
        [1],
    ]

    conduct(cache.get_many(Article, keys, load_many), answers)

    assert outcomes(told) == [
        (CacheOutcome.HIT, 2, 1),
        (CacheOutcome.MISS, 1, 0),
        (CacheOutcome.UNREACHABLE, 1, 0),
    ]
