"""What a write tells the cache, and what it does about a cache that cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tierstore.cache.conducting import REDIS_IS_AWAY, Article, TableRead, TableWrite, World, conduct, load, write
from tierstore.cache.copies import CopyCodec
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.invalidation import MAXIMUM_OWED, TELL_AGAIN_SECONDS
from tierstore.cache.scripts import begin_write, end_write, keys_of
from tierstore.core.effects import Plan
from tierstore.errors import ConflictError, StorageError, TimedOutError, UnavailableError
from tierstore.redis.effects import RedisBatch, RedisRequest

KEYS = keys_of("entity:1:{article:1}")
ADA = Article(id="1", version=3)
BEGIN = RedisBatch(requests=(begin_write(KEYS),))


def change(cache: EntityCache) -> Plan[None]:
    return cache.writing([ADA], write(), lambda _: [4])


def end(version: int, *, was_begun: bool = True) -> RedisBatch:
    return RedisBatch(requests=(end_write(KEYS, version=version, was_begun=was_begun),))


def test_a_write_is_announced_made_and_ended(cache: EntityCache) -> None:
    assert conduct(change(cache), [[1], None, [1]]).effects == [BEGIN, TableWrite(), end(4)]


def test_its_end_is_on_a_replica_when_the_write_returns() -> None:
    assert all(request.replicated for request in end(4).requests)


def test_entities_without_a_policy_are_written_as_if_there_were_no_cache(cache: EntityCache) -> None:
    class Plain(Article, table=Article.declaration.table, type="plain", key=Article.declaration.key):
        pass

    performance = conduct(cache.writing([Plain(id="1")], write(), lambda _: [1]), [None])

    assert performance.effects == [TableWrite()]


def test_a_write_that_was_refused_lets_every_version_be_stored_again(cache: EntityCache) -> None:
    effects: list[Any] = []

    with pytest.raises(ConflictError):
        conduct(recording(change(cache), effects), [[1], ConflictError("no"), [1]])

    assert effects[-1] == end(0)


def test_a_write_in_doubt_stays_announced(cache: EntityCache) -> None:
    effects: list[Any] = []

    with pytest.raises(TimedOutError):
        conduct(recording(change(cache), effects), [[1], TimedOutError("late", in_doubt=True)])

    assert effects == [BEGIN, TableWrite()]


def test_a_write_whose_announcement_failed_does_not_end_one_of_somebody_else(cache: EntityCache) -> None:
    performance = conduct(change(cache), [[REDIS_IS_AWAY], None, [1]])

    assert performance.effects[-1] == end(4, was_begun=False)


def read(cache: EntityCache) -> Plan[Any]:
    return cache.get(Article, {"id": "1"}, load)


def fresh_copy(world: World) -> bytes | None:
    return CopyCodec(Article).encode(ADA, fresh_until=world.now.timestamp() + 50)


def test_what_redis_could_not_be_told_is_read_from_the_table(cache: EntityCache) -> None:
    conduct(change(cache), [[REDIS_IS_AWAY], None, [REDIS_IS_AWAY]])

    performance = conduct(read(cache), [ADA])

    assert performance.effects == [TableRead(consistently=True)]


@pytest.mark.parametrize("error", [REDIS_IS_AWAY, UnavailableError("no replica confirmed", in_doubt=True)])
def test_redis_is_told_in_the_background_until_it_answers(
    cache: EntityCache, world: World, error: StorageError
) -> None:
    conduct(change(cache), [[1], None, [error]])
    (first,) = conduct(read(cache), [ADA]).in_background
    assert conduct(first.plan, [[error]]).effects == [end(4, was_begun=False)]

    assert conduct(read(cache), [ADA]).in_background == []
    world.pass_time(TELL_AGAIN_SECONDS)
    (second,) = conduct(read(cache), [ADA]).in_background
    conduct(second.plan, [[1]])

    assert [type(effect) for effect in conduct(read(cache), [fresh_copy(world)]).effects] == [RedisRequest]


def test_a_later_write_that_redis_was_told_of_pays_for_the_earlier(cache: EntityCache, world: World) -> None:
    conduct(change(cache), [[REDIS_IS_AWAY], None, [REDIS_IS_AWAY]])

    conduct(cache.writing([ADA], write(), lambda _: [5]), [[1], None, [1]])

    assert conduct(read(cache), [fresh_copy(world)]).result == ADA


def test_a_write_in_doubt_that_redis_did_not_hear_of_is_owed(cache: EntityCache) -> None:
    with pytest.raises(TimedOutError):
        conduct(change(cache), [[REDIS_IS_AWAY], TimedOutError("late", in_doubt=True)])

    (telling,) = conduct(read(cache), [ADA]).in_background
    assert conduct(telling.plan, [[1]]).effects == [end(0, was_begun=False)]


def test_what_is_owed_is_bounded(cache: EntityCache) -> None:
    articles = [Article(id=str(number)) for number in range(MAXIMUM_OWED + 1)]
    nothing = [REDIS_IS_AWAY] * len(articles)

    conduct(cache.writing(articles, write(), lambda _: [1] * len(articles)), [nothing, None, nothing])
    (telling,) = conduct(read(cache), [None]).in_background

    (batch,) = conduct(telling.plan, [[1] * MAXIMUM_OWED]).effects
    assert isinstance(batch, RedisBatch)


def recording(plan: Plan[Any], effects: list[Any]) -> Plan[Any]:
    """The same plan, which leaves its effects behind even if it fails."""
    try:
        effect = next(plan)
        while True:
            effects.append(effect)
            try:
                answer = yield effect
            except Exception as error:  # noqa: BLE001 - handed on
                effect = plan.throw(error)
            else:
                effect = plan.send(answer)
    except StopIteration as finished:
        return finished.value
