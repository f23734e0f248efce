"""Redis requests carried out over blocking connections that the threads of a process share."""

from __future__ import annotations

import random
import ssl
import time
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any, Final, Protocol

from redis.connection import Connection
from redis.exceptions import RedisError, ResponseError

from tierstore.aws import Aws
from tierstore.core.deadlines import within_deadline
from tierstore.core.processes import PerProcess
from tierstore.errors import StorageError, UnavailableError
from tierstore.redis.effects import RedisBatch, RedisRequest
from tierstore.redis.failures import failure
from tierstore.redis.login import Login, lasting_seconds, login
from tierstore.redis.protocol import packed
from tierstore.redis.routing import REQUEST_SECONDS, Exchange, Node, Outcome, Result, Routing, Steps

MAXIMUM_REQUESTS: Final = 64
"""Requests under way at once in one process, and so the connections to one node; more of them wait."""


class RedisTransport:
    """Carries out `RedisRequest` and `RedisBatch`, each once; connects when it is first needed."""

    def __init__(self, aws: Aws) -> None:
        self._links: PerProcess[_Links] = PerProcess(lambda: _Links(aws))

    def carry_out(self, effect: RedisRequest | RedisBatch) -> Any:
        """Answer the effect; raises `StorageError` for a request that failed."""
        links = self._links()
        if isinstance(effect, RedisBatch):
            return self._answers(links, effect.requests)
        (answer,) = self._answers(links, (effect,))
        if isinstance(answer, StorageError):
            raise answer
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        self._links().close()

    def _answers(self, links: _Links, requests: tuple[RedisRequest, ...]) -> list[Any]:
        if any(request.waits for request in requests):
            # It may take long, so it must not keep others waiting.
            return _run(links, links.routing.answers(requests))
        if not links.permits.acquire(timeout=within_deadline(REQUEST_SECONDS)):
            return [UnavailableError(f"{MAXIMUM_REQUESTS} requests to Redis are under way already")] * len(requests)
        try:
            return _run(links, links.routing.answers(requests))
        finally:
            links.permits.release()


def _run(links: _Links, steps: Steps[Result]) -> Result:
    try:
        exchanges = next(steps)
        while True:
            # All nodes work at the same time: the first is read only when the last has been written to.
            started = [_start(links, exchange) for exchange in exchanges]
            outcomes = [_finish(links, exchange, link) for exchange, link in zip(exchanges, started, strict=True)]
            exchanges = steps.send(outcomes)
    except StopIteration as finished:
        return finished.value  # type: ignore[no-any-return]


def _start(links: _Links, exchange: Exchange) -> _Link | StorageError:
    try:
        link = links.take(exchange.node, exchange.seconds)
    except (RedisError, OSError, StorageError) as error:
        return failure(exchange.node, error, sent=False)
    try:
        link.connection.send_packed_command([packed(exchange.commands)], check_health=False)
    except (RedisError, OSError) as error:
        return failure(exchange.node, error, sent=True)
    return link


def _finish(links: _Links, exchange: Exchange, link: _Link | StorageError) -> Outcome:
    if isinstance(link, StorageError):
        return link
    read = link.connection.read_response
    replies: list[Any] = []
    try:
        for _ in exchange.commands:
            try:
                replies.append(read(disable_decoding=True, timeout=exchange.seconds))
            except ResponseError as error:
                replies.append(error)
    except (RedisError, OSError) as error:
        return failure(exchange.node, error, sent=True)
    links.give_back(link)
    return replies


class _BlockingConnection(Protocol):
    """What is used of redis-py's connection, which is only partly typed."""

    def connect(self) -> None: ...
    def disconnect(self) -> None: ...
    def can_read(self, timeout: float) -> bool: ...
    def send_command(self, *arguments: str) -> None: ...
    def send_packed_command(self, command: list[bytes], check_health: bool) -> None: ...  # noqa: FBT001 - redis-py's
    def read_response(self, *, disable_decoding: bool = False, timeout: float = REQUEST_SECONDS) -> Any: ...


class _TlsConnection(Connection):
    """A connection that checks the node's certificate, with one context for all of them.

    redis-py's own makes a context for each connection, which takes longer than the handshake.
    """

    def __init__(self, *, tls: ssl.SSLContext, **options: Any) -> None:
        self._tls = tls
        super().__init__(**options)  # type: ignore[no-untyped-call]  # redis-py's is untyped

    def _connect(self) -> ssl.SSLSocket:
        plain = super()._connect()  # type: ignore[no-untyped-call]  # redis-py's is untyped
        try:
            return self._tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


@dataclass(slots=True)
class _Link:
    """A connection, and until when it is logged in."""

    node: Node
    connection: _BlockingConnection
    logged_in_until: float


class _Links:
    """The cluster as one process sees it, and its connections."""

    def __init__(self, aws: Aws) -> None:
        redis = aws.connection.redis
        self.routing = Routing(Node(redis.host, redis.port))
        self.permits = BoundedSemaphore(MAXIMUM_REQUESTS)
        self._login: Login = login(aws)
        self._tls = aws.tls() if redis.tls else None
        self._idle: dict[Node, list[_Link]] = {}

    def take(self, node: Node, seconds: float) -> _Link:
        """An idle connection that still works and is logged in, or a new one."""
        idle = self._idle.setdefault(node, [])
        while idle:
            link = idle.pop()
            if self._is_fit(link):
                return link
        return self._connect(node, seconds)

    def give_back(self, link: _Link) -> None:
        """Keep the connection for the next request."""
        self._idle[link.node].append(link)

    def close(self) -> None:
        """End the idle connections."""
        for idle in self._idle.values():
            while idle:
                idle.pop().connection.disconnect()

    def _is_fit(self, link: _Link) -> bool:
        try:
            # Anything to be read now is the end of the connection, or a reply that nobody waits for any more.
            if not link.connection.can_read(0):
                if link.logged_in_until < time.monotonic():
                    link.connection.send_command("AUTH", *self._login.get_credentials())
                    link.connection.read_response()
                    link.logged_in_until = time.monotonic() + lasting_seconds(self._login, random.random)
                return True
        except (RedisError, OSError):
            pass
        link.connection.disconnect()
        return False

    def _connect(self, node: Node, seconds: float) -> _Link:
        options: dict[str, Any] = {
            "host": node.host,
            "port": node.port,
            "credential_provider": self._login,
            "socket_connect_timeout": seconds,
            "socket_timeout": REQUEST_SECONDS,
            "protocol": 3,
            "driver_info": None,
        }
        connection: _BlockingConnection = (
            Connection(**options)  # type: ignore[no-untyped-call]  # redis-py's is untyped
            if self._tls is None
            else _TlsConnection(tls=self._tls, **options)
        )
        try:
            connection.connect()
        except BaseException:
            connection.disconnect()
            raise
        return _Link(node, connection, time.monotonic() + lasting_seconds(self._login, random.random))
