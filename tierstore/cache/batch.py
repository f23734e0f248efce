"""Reading many items: the copies in one round trip a node, the rest in one batch of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from tierstore.cache.copies import AnyEntity
from tierstore.cache.invalidation import Invalidation
from tierstore.cache.reading import LOADING
from tierstore.cache.scripts import Claim, claim, keys_of, release
from tierstore.cache.shelf import Key, Seen, Shelf
from tierstore.core.effects import Plan
from tierstore.errors import StorageError
from tierstore.observability.events import CacheOutcome
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisValues

LoadMany: TypeAlias = Callable[[Sequence[Key], bool], Plan[list[AnyEntity | None]]]
"""Makes the plan that reads the items from their table, in the keys' order; consistently where the argument is true."""


def read_many(
    shelf: Shelf[AnyEntity], invalidation: Invalidation, keys: Sequence[Key], load: LoadMany[AnyEntity]
) -> Plan[list[AnyEntity | None]]:
    """The items in the keys' order, None where there is none; a key may occur twice.

    Raises what loading raises unless expired copies can stand in for all that is missing, and nothing because of Redis.
    Loads what is missing at once, without waiting for others.
    """
    yield from invalidation.catch_up()
    names = [shelf.name(key) for key in keys]
    by_name = dict(zip(names, keys, strict=True))
    found = shelf.all_kept(by_name)
    owed = invalidation.owed
    looked_up = [name for name in by_name if name not in found and name not in owed]
    unfit: dict[str, Seen[AnyEntity]] = {}
    if looked_up:
        answers: list[Any] = yield RedisValues(keys=tuple(looked_up))
        unfit = shelf.look_at_all(dict(zip(looked_up, answers, strict=True)), found)
    missing = {name: key for name, key in by_name.items() if name not in found}
    if missing:
        shelf.counts.unreachable += len(missing) - len(unfit)
        shelf.tell(CacheOutcome.UNREACHABLE, len(missing) - len(unfit))
        found.update((yield from _fill(shelf, invalidation, missing, unfit, load)))
    return [found[name] for name in names]


def _fill(
    shelf: Shelf[AnyEntity],
    invalidation: Invalidation,
    missing: Mapping[str, Key],
    unfit: Mapping[str, Seen[AnyEntity]],
    load: LoadMany[AnyEntity],
) -> Plan[dict[str, AnyEntity | None]]:
    """Load all that is missing together, and store what nobody else is loading or writing."""
    token, writes = shelf.context.new_token(), invalidation.writes
    answers = yield from _ask(
        tuple(unfit), (claim(keys_of(name), token=token, seen=seen.data) for name, seen in unfit.items())
    )
    claims = {name: Claim(answer[0]) for name, answer in answers.items()}
    claimed = [name for name, granted in claims.items() if granted in LOADING]
    consistently = (
        shelf.policy.loads_consistently
        or not {Claim.LOAD_CONSISTENTLY, Claim.LOAD_WITHOUT_STORING}.isdisjoint(claims.values())
        or not missing.keys().isdisjoint(invalidation.owed)
    )
    shelf.counts.loads += len(missing)
    try:
        entities = yield from load(tuple(missing.values()), consistently)
    except StorageError as error:
        yield from _ask(claimed, (release(keys_of(name), token=token) for name in claimed))
        expired = {name: unfit[name].copy if name in unfit else None for name in missing}
        usable = {
            name: copy.entity for name, copy in expired.items() if copy is not None and shelf.is_usable_on_error(copy)
        }
        if not error.retryable or len(usable) < len(missing):
            raise
        shelf.counts.stale += len(usable)
        shelf.tell(CacheOutcome.STALE, len(usable))
        return usable
    loaded = {name: shelf.copied(entity) for name, entity in zip(missing, entities, strict=True)}
    stored = yield from _ask(claimed, (shelf.put_back(keys_of(name), loaded[name], token=token) for name in claimed))
    shelf.counts.refused += sum(answer == 0 for answer in stored.values())
    if writes == invalidation.writes:
        for name, each in loaded.items():
            shelf.keep(name, each)
    return dict(zip(missing, entities, strict=True))


def _ask(names: Sequence[str], requests: Iterable[RedisRequest]) -> Plan[dict[str, Any]]:
    """The replies by name; a request that failed has none."""
    if not names:
        return {}
    answers: list[Any] = yield RedisBatch(requests=tuple(requests))
    return {name: answer for name, answer in zip(names, answers, strict=True) if not isinstance(answer, StorageError)}
