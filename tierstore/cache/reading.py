"""Reading one item: from its copy, or from the table once for everybody who waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from tierstore.cache.claims import HELD_SECONDS
from tierstore.cache.copies import AnyEntity
from tierstore.cache.invalidation import Invalidation
from tierstore.cache.scripts import Claim, Keys, claim, keys_of, release
from tierstore.cache.shelf import Key, Seen, Shelf
from tierstore.core.effects import InBackground, Once, Plan, Sleep
from tierstore.errors import StorageError, TimedOutError
from tierstore.observability.events import CacheOutcome
from tierstore.redis.effects import RedisRequest

Load: TypeAlias = Callable[[bool], Plan[AnyEntity | None]]
"""Makes the plan that reads the item from its table; consistently where the argument is true."""

_NOTHING: Final[Seen[Any]] = Seen(None, None)
LOADING: Final = (Claim.LOAD, Claim.LOAD_CONSISTENTLY)
_FIRST_PAUSE: Final = 0.004
_LONGEST_PAUSE: Final = 0.05
"""Between two looks at what another process is loading, in seconds: short beside a load, which takes milliseconds."""
_PAUSE_GROWTH: Final = 1.5
_SILENCES: Final = 2
"""Of Redis, one after the other: then it counts as away."""


def read(
    shelf: Shelf[AnyEntity], invalidation: Invalidation, key: Key, load: Load[AnyEntity]
) -> Plan[AnyEntity | None]:
    """The item, or None where there is none; an error only where neither Redis nor the table nor a copy can answer."""
    name = shelf.name(key)
    kept = shelf.kept(name)
    if kept is not None:
        shelf.counts.local_hits += 1
        shelf.tell(CacheOutcome.LOCAL_HIT, found=(kept.entity,))
        return kept.entity
    yield from invalidation.catch_up()
    if name in invalidation.owed:
        return (yield from _share(shelf, invalidation, name, _load_uncached(shelf, load, consistently=True)))
    if name in shelf.being_read:
        # Whoever reads it tells the rest of the herd, without a look at Redis by each.
        return (yield from _share(shelf, invalidation, name, _fill(shelf, invalidation, name, load, _NOTHING)))
    try:
        seen = shelf.look((yield RedisRequest(key=name, command=("GET", name))))
    except TimedOutError:
        # A process that gets no processor time misses answers, too: a herd must not all turn to the table for that.
        seen = _NOTHING
    except StorageError:
        return (yield from _share(shelf, invalidation, name, _load_uncached(shelf, load, consistently=False)))
    fresh_for = shelf.fresh_for(seen.copy)
    if seen.copy is not None and fresh_for > 0:
        shelf.counts.hits += 1
        shelf.tell(CacheOutcome.HIT, found=(seen.copy.entity,))
        shelf.keep(name, seen)
        # An absence is remembered for less than that as a rule, and would be loaded with every hit.
        if fresh_for < shelf.policy.refresh_ahead and seen.copy.entity is not None:
            yield InBackground(key=("refresh", name), plan=_refresh(shelf, name, load, seen))
        return seen.copy.entity
    return (yield from _share(shelf, invalidation, name, _fill(shelf, invalidation, name, load, seen)))


def _share(
    shelf: Shelf[AnyEntity], invalidation: Invalidation, name: str, plan: Plan[AnyEntity | None]
) -> Plan[AnyEntity | None]:
    """Run the plan, unless somebody in this process reads the same; after a write nobody joins an earlier reader."""

    def telling() -> Plan[AnyEntity | None]:
        shelf.being_read.add(name)
        try:
            return (yield from plan)
        finally:
            shelf.being_read.discard(name)

    entity: AnyEntity | None = yield Once(key=("read", name, invalidation.writes), plan=telling())
    return entity


def _load_uncached(shelf: Shelf[AnyEntity], load: Load[AnyEntity], *, consistently: bool) -> Plan[AnyEntity | None]:
    """Load the item past a cache that is out of reach or knows less than this process."""
    shelf.counts.unreachable += 1
    shelf.tell(CacheOutcome.UNREACHABLE)
    shelf.counts.loads += 1
    return (yield from load(consistently or shelf.policy.loads_consistently))


def _fill(
    shelf: Shelf[AnyEntity], invalidation: Invalidation, name: str, load: Load[AnyEntity], seen: Seen[AnyEntity]
) -> Plan[AnyEntity | None]:
    """Load and store the item, or wait until another process has; serve an expired copy if all else fails."""
    shelf.counts.misses += 1
    shelf.tell(CacheOutcome.MISS)
    keys, token, writes = keys_of(name), shelf.context.new_token(), invalidation.writes
    claimed, seen = yield from _take_turn(shelf, keys, token, seen)
    if seen.copy is not None and shelf.fresh_for(seen.copy) > 0:
        shelf.counts.waits += 1
        return seen.copy.entity
    try:
        loaded = yield from _load_and_store(shelf, keys, token, load, claimed)
    except StorageError as error:
        if seen.copy is None or not error.retryable or not shelf.is_usable_on_error(seen.copy):
            raise
        shelf.counts.stale += 1
        shelf.tell(CacheOutcome.STALE)
        return seen.copy.entity
    if writes == invalidation.writes:
        shelf.keep(name, loaded)
    return loaded.copy.entity if loaded.copy is not None else None


def _refresh(shelf: Shelf[AnyEntity], name: str, load: Load[AnyEntity], seen: Seen[AnyEntity]) -> Plan[None]:
    """Load a copy anew before it expires, unless somebody else does; if that fails, it expires as it would have."""
    keys, token = keys_of(name), shelf.context.new_token()
    try:
        answer: list[Any] = yield claim(keys, token=token, seen=seen.data)
        if answer[0] in LOADING:
            yield from _load_and_store(shelf, keys, token, load, Claim(answer[0]))
            shelf.counts.refreshes += 1
    except StorageError:
        return


def _take_turn(
    shelf: Shelf[AnyEntity], keys: Keys, token: str, seen: Seen[AnyEntity]
) -> Plan[tuple[Claim, Seen[AnyEntity]]]:
    """Claim the load, or wait for whoever has claimed it; what is seen in the end may be a fresh copy.

    A claim that is still to be waited for means that Redis fell silent, or that the others took too long.
    """
    waited, pause = 0.0, _FIRST_PAUSE
    failures = 0
    while True:
        try:
            answer: list[Any] = yield claim(keys, token=token, seen=seen.data)
        except StorageError:
            # One silence gets a second chance before everybody turns to the table.
            failures += 1
            if failures == _SILENCES:
                return Claim.WAIT, seen
            continue
        failures = 0
        if answer[1] != seen.data:
            seen = shelf.look(answer[1])
        if answer[0] != Claim.WAIT or shelf.fresh_for(seen.copy) > 0 or waited >= HELD_SECONDS:
            return Claim(answer[0]), seen
        seconds = pause * (0.5 + shelf.context.random() / 2)
        yield Sleep(seconds=seconds)
        waited += seconds
        pause = min(pause * _PAUSE_GROWTH, _LONGEST_PAUSE)


def _load_and_store(
    shelf: Shelf[AnyEntity], keys: Keys, token: str, load: Load[AnyEntity], claimed: Claim
) -> Plan[Seen[AnyEntity]]:
    """Load the item and, where that was claimed, store its copy or give the claim back."""
    shelf.counts.loads += 1
    is_written = claimed in (Claim.LOAD_CONSISTENTLY, Claim.LOAD_WITHOUT_STORING)
    loading = load(is_written or shelf.policy.loads_consistently)
    if claimed in LOADING:
        loading = shelf.claims.holding(keys, token, loading)
    try:
        loaded = shelf.copied((yield from loading))
    except StorageError:
        if claimed in LOADING:
            yield from _try(release(keys, token=token))
        raise
    if claimed in LOADING:
        was_stored = yield from _try(shelf.put_back(keys, loaded, token=token))
        shelf.counts.refused += was_stored == 0
    return loaded


def _try(request: RedisRequest) -> Plan[Any]:
    """Ask for what nobody depends on: a claim that is not given back expires, and a copy may be stored another time."""
    try:
        return (yield request)
    except StorageError:
        return None
