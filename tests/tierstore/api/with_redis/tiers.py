"""Tables of moto and a real Redis together, as one or more processes of an application see them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from tests.tierstore.dynamodb.conftest import World
from tierstore.api.cache import Cache
from tierstore.api.changes import Changes
from tierstore.api.counters import Counters
from tierstore.api.leaderboards import Leaderboards
from tierstore.api.limits import Limits
from tierstore.api.outbox import Outbox
from tierstore.api.sessions import Sessions
from tierstore.aws import Aws
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.repository import CachedRepository
from tierstore.connection import Connection
from tierstore.core.effects import Effect
from tierstore.core.operation import Sync
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.core.runners import SyncRunner
from tierstore.errors import UnavailableError
from tierstore.realtime.board_copies import BoardCopies
from tierstore.realtime.late_writes import LateWrites
from tierstore.redis.effects import AnyRedisEffect, RedisBatch, RedisRequest, RedisValues, same_answer
from tierstore.redis.transport import RedisTransport

FEW_TRIES = Backoff(attempts=3, base_seconds=0, cap_seconds=0)
_ONE_AT_A_TIME = Lock()


@dataclass
class Process:
    """One process: groups of its own over common tiers, whose requests may be watched and lost."""

    world: World
    connection: Connection
    is_cut_off: bool = False
    """Whether Redis cannot be reached from here."""
    before: Callable[[Effect[Any]], None] = lambda _: None
    """Called before each request; may raise in its place."""
    after: Callable[[Effect[Any]], None] = lambda _: None
    """Called after each request was carried out; may raise in place of the answer."""
    redis_effects: list[AnyRedisEffect] = field(default_factory=list)

    def __post_init__(self) -> None:
        context = self.world.context
        few = RetryPolicy(failed=FEW_TRIES, throttled=FEW_TRIES, budget=RetryBudget(), random=context.random)
        self._redis = RedisTransport(Aws(self.connection), self.connection.redis)
        self._executor = ThreadPoolExecutor(2)
        self.runner = SyncRunner(self._carry_out, lambda: self._executor)
        cache = EntityCache(context)
        self.items = CachedRepository(context, few, cache)
        self.cache: Cache[Sync] = Cache(self.runner, self.items, cache)
        self.sessions: Sessions[Sync] = Sessions(self.runner, context, self.items)
        self.limits: Limits[Sync] = Limits(self.runner, context)
        late = LateWrites(context, self.items, few)
        self.counters: Counters[Sync] = Counters(self.runner, context, self.items, few, late)
        self.leaderboards: Leaderboards[Sync] = Leaderboards(
            self.runner, context, late, BoardCopies(context, self.items)
        )
        self.changes: Changes[Sync] = Changes(self.runner, late)
        self.outbox: Outbox[Sync] = Outbox(self.runner, late)

    def close(self) -> None:
        self._executor.shutdown()
        self._redis.close()

    def _carry_out(self, effect: Effect[Any]) -> Any:
        self.before(effect)
        answer = self._answer(effect)
        self.after(effect)
        return answer

    def _answer(self, effect: Effect[Any]) -> Any:
        if not isinstance(effect, RedisRequest | RedisBatch | RedisValues):
            # moto does not keep transactions of several threads apart.
            with _ONE_AT_A_TIME:
                return self.world._answer(effect)
        self.redis_effects.append(effect)
        if not self.is_cut_off:
            return self._redis.carry_out(effect)
        error = UnavailableError("Redis cannot be reached from here")
        if isinstance(effect, RedisRequest):
            raise error
        return same_answer(effect, error)


def lose_answers(process: Process, *, of: str, times: int = 1) -> None:
    """Carry the next requests with this text in them out, and tell the process that it is in doubt."""
    left = times

    def lose(effect: Effect[Any]) -> None:
        nonlocal left
        if left and of in str(effect):
            left -= 1
            raise UnavailableError("the answer was lost", in_doubt=True)

    process.after = lose
