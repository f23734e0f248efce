"""The storage of one environment: every operation of the application, in one place."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, Self

from tierstore.api.assets import Assets
from tierstore.api.cache import Cache
from tierstore.api.changes import Changes
from tierstore.api.contents import Contents
from tierstore.api.counters import Counters
from tierstore.api.idempotency import Idempotency
from tierstore.api.leaderboards import Leaderboards
from tierstore.api.leases import Leases
from tierstore.api.limits import Limits
from tierstore.api.outbox import Outbox
from tierstore.api.personal_data import PersonalData
from tierstore.api.sessions import Sessions
from tierstore.api.state import State
from tierstore.api.uploads import Uploads
from tierstore.api.users import Users
from tierstore.backfill.backfilling import Backfill, Backfilled
from tierstore.backfill.progress import Counts
from tierstore.cache.entity_cache import EntityCache
from tierstore.cache.repository import CachedRepository
from tierstore.connection import Connection
from tierstore.core.context import Context
from tierstore.core.operation import Async, Explained, Mode, Runner, Sync, Watcher, run_as
from tierstore.core.processes import PerProcess
from tierstore.core.retries import standard_retries
from tierstore.core.runners import AsyncRunner, ExplainRunner, SyncRunner
from tierstore.core.transports import AsyncTransport, Transport, Transports
from tierstore.declaration.entities import Entity
from tierstore.dynamodb.repository import Repository
from tierstore.model.buckets import ASSETS, UPLOADS
from tierstore.observability.events import Observe
from tierstore.personal.owned_buckets import owned_buckets
from tierstore.realtime.board_copies import BoardCopies
from tierstore.realtime.late_writes import LateWrites
from tierstore.realtime.patience import briefly, through_a_failover
from tierstore.s3.bucket import LiveBucket
from tierstore.wiring import async_transport_makers, transport_makers

PREFIX: Final = "tierstore"
"""Of the names of deployed resources, unless an environment sets another."""
_THREADS: Final = 32
"""For requests that run together, and for work in the background."""


class Operations(Generic[Mode]):
    """The groups of operations; each operation is the declared access pattern of its name."""

    def __init__(self, runner: Runner, context: Context, items: Repository, cache: EntityCache) -> None:
        objects = standard_retries(context.random)
        in_redis = through_a_failover(context.random)
        self.users: Users[Mode] = Users(runner, items)
        self.contents: Contents[Mode] = Contents(runner, items)
        late = LateWrites(context, items, briefly(context.random))
        self.counters: Counters[Mode] = Counters(runner, context, items, in_redis, late)
        self.uploads: Uploads[Mode] = Uploads(runner, items, LiveBucket.of(UPLOADS, context.connection, objects))
        self.assets: Assets[Mode] = Assets(runner, LiveBucket.of(ASSETS, context.connection, objects))
        self.state: State[Mode] = State(runner, items)
        self.leases: Leases[Mode] = Leases(runner, items)
        self.idempotency: Idempotency[Mode] = Idempotency(runner, items)
        self.sessions: Sessions[Mode] = Sessions(runner, context, items)
        self.cache: Cache[Mode] = Cache(runner, items, cache)
        self.limits: Limits[Mode] = Limits(runner, context)
        self.leaderboards: Leaderboards[Mode] = Leaderboards(runner, context, late, BoardCopies(context, items))
        self.changes: Changes[Mode] = Changes(runner, late)
        self.outbox: Outbox[Mode] = Outbox(runner, late)
        buckets = owned_buckets(context.connection, objects)
        self.personal_data: PersonalData[Mode] = PersonalData(runner, context, items, buckets, in_redis)


class Storage(Operations[Sync]):
    """Operations that block. Make one for a process: its threads share it, and forked children go on with it.

    `observe` takes every event of `tierstore.observability.events`; spans of OpenTelemetry are made where the
    application has set a tracer provider before. `use_boto3` carries DynamoDB's requests out with boto3's client, at
    several times the cost of our own.
    """

    def __init__(self, connection: Connection, *, observe: Observe | None = None, use_boto3: bool = False) -> None:
        context = Context(connection=connection)
        self._transports: Transports[Transport] = Transports(transport_makers(connection, use_boto3=use_boto3))
        self._threads = PerProcess(lambda: ThreadPoolExecutor(_THREADS, thread_name_prefix="tierstore"))
        cache = EntityCache(context)
        runner = SyncRunner(self._transports.carry_out, self._threads, watch=_watcher(connection, observe))
        items = _cached(context, cache)
        super().__init__(runner, context, items, cache)
        self.explain = _explained(context)
        """The same operations, which send nothing and return the requests to the tables that they begin with."""
        self._runner, self._items = runner, items

    def backfill(
        self,
        entity: type[Entity],
        *,
        segments: int = 4,
        read_units: float = 25,
        write_units: float = 25,
        dry_run: bool = False,
        progress: Callable[[Counts], None] | None = None,
        stopped: Callable[[], bool] | None = None,
    ) -> Backfilled:
        """Write every item of an entity that has an earlier schema version at the declared one; an operator's job.

        Scans the table in segments, with no more than the given capacity units a second, and goes on where the last
        run was broken off. Never overwrites a concurrent writer, and may be run any number of times. `progress` is
        told the sums after every page; `stopped` is asked before, and ends the run in good order.
        """
        work = Backfill(
            items=self._items,
            entity=entity,
            segments=segments,
            read_units=read_units,
            write_units=write_units,
            dry_run=dry_run,
            told=progress or (lambda _: None),
            stopped=stopped or (lambda: False),
        )
        backfilled: Backfilled = run_as("backfill", work.run(), self._runner)
        return backfilled

    @classmethod
    def connect(
        cls,
        environment: str,
        *,
        prefix: str = PREFIX,
        region: str | None = None,
        persona: str | None = None,
        observe: Observe | None = None,
    ) -> Self:
        """The storage of a deployed environment, found by its SSM parameter `/<prefix>/<environment>/connection`.

        The region is that of the AWS configuration unless given; `persona` says as whom to log in to Redis, as
        `Connection.parse` tells. Raises `NotFoundError` where the environment is not
        deployed there, and `AccessDeniedError` without credentials.
        """
        from tierstore import connecting  # noqa: PLC0415 - imports botocore

        return cls(connecting.find(environment, prefix=prefix, region=region, persona=persona), observe=observe)

    def close(self) -> None:
        """Wait for work in the background, then close all connections; a later operation opens new ones."""
        if self._threads.is_made:
            self._threads().shutdown()
            self._threads.forget()
        for transport in self._transports.made:
            transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncStorage(Operations[Async]):
    """Operations to be awaited. Make one for a process; each event loop has connections of its own.

    `observe` is that of `Storage`; it is called in the event loop.
    """

    def __init__(self, connection: Connection, *, observe: Observe | None = None) -> None:
        context = Context(connection=connection)
        self._transports: Transports[AsyncTransport] = Transports(async_transport_makers(connection))
        cache = EntityCache(context)
        runner = AsyncRunner(self._transports.carry_out, watch=_watcher(connection, observe))
        super().__init__(runner, context, _cached(context, cache), cache)
        self.explain = _explained(context)
        """The same operations, which send nothing and return the requests to the tables that they begin with."""

    @classmethod
    async def connect(
        cls,
        environment: str,
        *,
        prefix: str = PREFIX,
        region: str | None = None,
        persona: str | None = None,
        observe: Observe | None = None,
    ) -> Self:
        """The storage of a deployed environment, found by its SSM parameter `/<prefix>/<environment>/connection`.

        The region is that of the AWS configuration unless given; `persona` says as whom to log in to Redis, as
        `Connection.parse` tells. Raises `NotFoundError` where the environment is not
        deployed there, and `AccessDeniedError` without credentials.
        """
        from tierstore import connecting  # noqa: PLC0415 - imports botocore

        connection = await asyncio.to_thread(
            connecting.find, environment, prefix=prefix, region=region, persona=persona
        )
        return cls(connection, observe=observe)

    async def close(self) -> None:
        """Close the running event loop's connections; a later operation opens new ones."""
        for transport in self._transports.made:
            await transport.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _cached(context: Context, cache: EntityCache) -> CachedRepository:
    return CachedRepository(context, standard_retries(context.random), cache)


def _explained(context: Context) -> Operations[Explained]:
    items = Repository(context, standard_retries(context.random))
    return Operations(ExplainRunner(), context, items, EntityCache(context))


def _watcher(connection: Connection, observe: Observe | None) -> Watcher | None:
    tracing = None
    # Who has set a tracer provider has imported this.
    if "opentelemetry.trace" in sys.modules:
        from tierstore.observability import tracing as spans  # noqa: PLC0415 - imports opentelemetry

        tracing = spans.tracing(connection.environment)
    if observe is None and tracing is None:
        return None
    from tierstore.observability.watcher import PlanWatcher  # noqa: PLC0415 - for those who watch

    return PlanWatcher(observe=observe, tracing=tracing).watch
