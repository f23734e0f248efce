"""Redis requests carried out over connections that the tasks of an event loop share."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from redis.asyncio.connection import Connection
from redis.exceptions import RedisError, ResponseError

from tierstore.aws import Aws
from tierstore.connection import RedisConnection
from tierstore.core.deadlines import within_deadline
from tierstore.errors import StorageError, UnavailableError
from tierstore.redis.effects import MAXIMUM_REQUESTS, AnyRedisEffect, RedisRequest, RedisScan, same_answer
from tierstore.redis.failures import failure
from tierstore.redis.login import Login, lasting_seconds, login
from tierstore.redis.protocol import packed
from tierstore.redis.routing import Exchange, Node, Outcome, Result, Routing, Steps
from tierstore.redis.transport import PERMIT_SECONDS


class AsyncRedisTransport:
    """Carries out the effects of one replication group, each once; connects when it is first needed.

    Each event loop that uses it has its own connections.
    """

    def __init__(self, aws: Aws, redis: RedisConnection) -> None:
        self._aws = aws
        self._redis = redis
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Links] = WeakKeyDictionary()

    async def carry_out(self, effect: AnyRedisEffect) -> Any:
        """Answer the effect; raises `StorageError` for a single request or a scan that failed."""
        answers = await self._answers(effect)
        if not isinstance(effect, RedisRequest | RedisScan):
            return answers
        (answer,) = answers
        if isinstance(answer, StorageError):
            raise answer
        return answer

    async def close(self) -> None:
        """Close the idle connections of the running event loop."""
        await self._links().close()

    def _links(self) -> _Links:
        loop = asyncio.get_running_loop()
        try:
            return self._by_loop[loop]
        except KeyError:
            return self._by_loop.setdefault(loop, _Links(self._aws, self._redis))

    async def _answers(self, effect: AnyRedisEffect) -> list[Any]:
        links = self._links()
        steps = links.routing.answers(effect)
        if isinstance(effect, RedisRequest) and effect.waits:
            # It may take long, so it must not keep others waiting.
            return await _run(links, steps)
        try:
            async with asyncio.timeout(within_deadline(PERMIT_SECONDS) if links.permits.locked() else None):
                await links.permits.acquire()
        except TimeoutError:
            error = UnavailableError(f"{MAXIMUM_REQUESTS} requests to Redis are under way already")
            return same_answer(effect, error)
        try:
            return await _run(links, steps)
        finally:
            links.permits.release()


async def _run(links: _Links, steps: Steps[Result]) -> Result:
    try:
        exchanges = next(steps)
        while True:
            exchanges = steps.send(await _outcomes(links, exchanges))
    except StopIteration as finished:
        return finished.value  # type: ignore[no-any-return]


async def _outcomes(links: _Links, exchanges: list[Exchange]) -> list[Outcome]:
    """Exchange with all the nodes at the same time: the first is read only when the last has been written to."""
    under_way: list[tuple[Exchange, _Link | StorageError]] = []
    outcomes: list[Outcome] = []
    try:
        for exchange in exchanges:
            under_way.append((exchange, await _start(links, exchange)))  # noqa: PERF401 - kept if the next is cancelled
        for exchange, link in under_way:
            outcomes.append(await _finish(links, exchange, link))
    except asyncio.CancelledError:
        for _, link in under_way[len(outcomes) :]:
            if isinstance(link, _Link):
                await link.connection.disconnect(nowait=True)
        raise
    return outcomes


async def _start(links: _Links, exchange: Exchange) -> _Link | StorageError:
    sent = False
    try:
        async with asyncio.timeout(exchange.seconds):
            link = await links.take(exchange.node)
            sent = True
            await link.connection.send_packed_command(packed(exchange.commands), check_health=False)
            return link
    except (RedisError, OSError, StorageError) as error:
        return failure(exchange.node, error, sent=sent)


async def _finish(links: _Links, exchange: Exchange, link: _Link | StorageError) -> Outcome:
    if isinstance(link, StorageError):
        return link
    read = link.connection.read_response
    replies: list[Any] = []
    try:
        async with asyncio.timeout(exchange.seconds):
            for _ in exchange.commands:
                try:
                    replies.append(await read(disable_decoding=True))
                except ResponseError as error:
                    replies.append(error)
    except (RedisError, OSError) as error:
        return failure(exchange.node, error, sent=True)
    links.give_back(link)
    return replies


class _AsyncConnection(Protocol):
    """What is used of redis-py's connection, which is only partly typed."""

    async def connect(self) -> None: ...
    async def disconnect(self, nowait: bool = ...) -> None: ...  # noqa: FBT001 - redis-py's
    async def can_read(self) -> bool: ...
    async def send_command(self, *arguments: str) -> None: ...
    async def send_packed_command(self, command: bytes, check_health: bool) -> None: ...  # noqa: FBT001 - redis-py's
    async def read_response(self, disable_decoding: bool = ...) -> Any: ...  # noqa: FBT001 - redis-py's


class _TlsConnection(Connection):
    """A connection that checks the node's certificate, with one context for all of them."""

    def __init__(self, *, tls: ssl.SSLContext, **options: Any) -> None:
        self._tls = tls
        super().__init__(**options)

    def _connection_arguments(self) -> Mapping[str, Any]:
        return {**super()._connection_arguments(), "ssl": self._tls, "server_hostname": self.host}


@dataclass(slots=True)
class _Link:
    """A connection, and until when it is logged in."""

    node: Node
    connection: _AsyncConnection
    logged_in_until: float


class _Links:
    """The cluster as the tasks of one event loop see it, and their connections."""

    def __init__(self, aws: Aws, redis: RedisConnection) -> None:
        self.routing = Routing(Node(redis.host, redis.port), waits_for_replicas=not redis.serverless)
        self.permits = asyncio.Semaphore(MAXIMUM_REQUESTS)
        self._login: Login = login(aws, redis)
        self._tls = aws.tls() if redis.tls else None
        self._idle: dict[Node, list[_Link]] = {}

    async def take(self, node: Node) -> _Link:
        """An idle connection that still works and is logged in, or a new one."""
        idle = self._idle.setdefault(node, [])
        while idle:
            link = idle.pop()
            if await self._is_fit(link):
                return link
        return await self._connect(node)

    def give_back(self, link: _Link) -> None:
        """Keep the connection for the next request."""
        self._idle[link.node].append(link)

    async def close(self) -> None:
        """End the idle connections."""
        for idle in self._idle.values():
            while idle:
                await idle.pop().connection.disconnect()

    async def _is_fit(self, link: _Link) -> bool:
        try:
            # Anything to be read now is the end of the connection, or a reply that nobody waits for any more.
            if not await link.connection.can_read():
                if link.logged_in_until < time.monotonic():
                    await link.connection.send_command("AUTH", *await self._login.get_credentials_async())
                    await link.connection.read_response()
                    link.logged_in_until = time.monotonic() + lasting_seconds(self._login, random.random)
                return True
        except (RedisError, OSError, StorageError):
            pass
        await link.connection.disconnect(nowait=True)
        return False

    async def _connect(self, node: Node) -> _Link:
        options: dict[str, Any] = {
            "host": node.host,
            "port": node.port,
            "credential_provider": self._login,
            # Whoever asks for the connection sets the time for the whole of it.
            "socket_connect_timeout": None,
            "socket_timeout": None,
            "protocol": 3,
            "driver_info": None,
        }
        connection: _AsyncConnection = (
            Connection(**options) if self._tls is None else _TlsConnection(tls=self._tls, **options)
        )
        try:
            await connection.connect()
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        return _Link(node, connection, time.monotonic() + lasting_seconds(self._login, random.random))
