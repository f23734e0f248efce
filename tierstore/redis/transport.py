"""Redis requests carried out over blocking connections that the threads of a process share."""

from __future__ import annotations

import random
import socket
import ssl
import time
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any, Final

import hiredis
from redis.connection import Connection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse, RedisError

from tierstore.aws import Aws
from tierstore.connection import RedisConnection
from tierstore.core.deadlines import within_deadline
from tierstore.core.processes import PerProcess
from tierstore.errors import StorageError, UnavailableError
from tierstore.redis.effects import MAXIMUM_REQUESTS, AnyRedisEffect, RedisRequest, RedisScan, same_answer
from tierstore.redis.failures import failure
from tierstore.redis.login import Login, lasting_seconds, login
from tierstore.redis.protocol import packed
from tierstore.redis.routing import Exchange, Node, Outcome, Result, Routing, Steps

PERMIT_SECONDS: Final = 2.0
"""How long requests beyond the maximum wait: longer than Redis may take to answer those that are under way."""
_RECEIVED_BYTES: Final = 65536
_MORE: Final = object()
"""What the reader says that needs more bytes."""


class RedisTransport:
    """Carries out the effects of one replication group, each once; connects when it is first needed."""

    def __init__(self, aws: Aws, redis: RedisConnection) -> None:
        self._links: PerProcess[_Links] = PerProcess(lambda: _Links(aws, redis))

    def carry_out(self, effect: AnyRedisEffect) -> Any:
        """Answer the effect; raises `StorageError` for a single request or a scan that failed."""
        answers = self._answers(effect)
        if not isinstance(effect, RedisRequest | RedisScan):
            return answers
        (answer,) = answers
        if isinstance(answer, StorageError):
            raise answer
        return answer

    def close(self) -> None:
        """Close the idle connections."""
        self._links().close()

    def _answers(self, effect: AnyRedisEffect) -> list[Any]:
        links = self._links()
        steps = links.routing.answers(effect)
        if isinstance(effect, RedisRequest) and effect.waits:
            # It may take long, so it must not keep others waiting.
            return _run(links, steps)
        if not links.permits.acquire(timeout=within_deadline(PERMIT_SECONDS)):
            error = UnavailableError(f"{MAXIMUM_REQUESTS} requests to Redis are under way already")
            return same_answer(effect, error)
        try:
            return _run(links, steps)
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
        link.connection.send(packed(exchange.commands), seconds=exchange.seconds)
    except (RedisError, OSError) as error:
        return failure(exchange.node, error, sent=True)
    return link


def _finish(links: _Links, exchange: Exchange, link: _Link | StorageError) -> Outcome:
    if isinstance(link, StorageError):
        return link
    try:
        replies = link.connection.receive(len(exchange.commands))
    except (RedisError, OSError) as error:
        return failure(exchange.node, error, sent=True)
    links.give_back(link)
    return replies


class _Connection(Connection):
    """redis-py's connection, which logs in and is then written to and read from directly.

    Its own way of reading costs several times what the reply does, and its own TLS makes a context for each
    connection, which takes longer than the handshake.
    """

    def __init__(self, node: Node, *, login: Login, tls: ssl.SSLContext | None, seconds: float) -> None:
        self._login = login
        self._tls = tls
        super().__init__(  # type: ignore[no-untyped-call]  # as all of redis-py's connection
            host=node.host,
            port=node.port,
            credential_provider=login,
            socket_connect_timeout=seconds,
            socket_timeout=seconds,
            protocol=3,
            driver_info=None,
        )

    def _connect(self) -> socket.socket:
        plain: socket.socket = super()._connect()  # type: ignore[no-untyped-call]
        try:
            self._socket = self._tls.wrap_socket(plain, server_hostname=self.host) if self._tls else plain
        except BaseException:
            plain.close()
            raise
        return self._socket

    def open(self) -> None:
        """Connect and log in."""
        self.connect()  # type: ignore[no-untyped-call]
        self._reader = hiredis.Reader(
            protocolError=InvalidResponse,
            replyError=self._parser.parse_error,
            notEnoughData=_MORE,
        )
        self._received = bytearray(_RECEIVED_BYTES)

    def close(self) -> None:
        """End the connection."""
        self.disconnect()  # type: ignore[no-untyped-call]

    def is_quiet(self) -> bool:
        """Whether there is nothing to be read: no end of the connection, no reply that nobody waits for any more."""
        return not self.can_read(0)

    def log_in(self) -> None:
        """Log in again, over the same connection."""
        self.send_command("AUTH", *self._login.get_credentials())  # type: ignore[no-untyped-call]
        self.read_response()

    def send(self, commands: bytes, *, seconds: float) -> None:
        """Write commands, and let each wait for the network from now on take so long."""
        try:
            self._socket.settimeout(seconds)
            self._socket.sendall(commands)
        except BaseException:
            self.close()
            raise

    def receive(self, count: int) -> list[Any]:
        """Read so many replies; an error reply is one of them."""
        try:
            return self._receive(count)
        except BaseException:
            # Replies that are still to come are nobody else's.
            self.close()
            raise

    def _receive(self, count: int) -> list[Any]:
        receive_into, received, reader = self._socket.recv_into, self._received, self._reader
        next_reply = reader.gets
        replies: list[Any] = []
        while len(replies) < count:
            reply = next_reply()
            if reply is _MORE:
                length = receive_into(received)
                if length == 0:
                    raise RedisConnectionError("the node ended the connection")
                reader.feed(received, 0, length)  # type: ignore[arg-type]  # takes any buffer
            elif isinstance(reply, RedisConnectionError):
                raise reply
            else:
                replies.append(reply)
        return replies


@dataclass(slots=True)
class _Link:
    """A connection, and until when it is logged in."""

    node: Node
    connection: _Connection
    logged_in_until: float


class _Links:
    """The cluster as one process sees it, and its connections."""

    def __init__(self, aws: Aws, redis: RedisConnection) -> None:
        self.routing = Routing(Node(redis.host, redis.port), waits_for_replicas=not redis.serverless)
        self.permits = BoundedSemaphore(MAXIMUM_REQUESTS)
        self._login: Login = login(aws, redis)
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
                idle.pop().connection.close()

    def _is_fit(self, link: _Link) -> bool:
        try:
            if link.connection.is_quiet():
                if link.logged_in_until < time.monotonic():
                    link.connection.log_in()
                    link.logged_in_until = time.monotonic() + lasting_seconds(self._login, random.random)
                return True
        except (RedisError, OSError, StorageError):
            pass
        link.connection.close()
        return False

    def _connect(self, node: Node, seconds: float) -> _Link:
        connection = _Connection(node, login=self._login, tls=self._tls, seconds=seconds)
        try:
            connection.open()
        except BaseException:
            connection.close()
            raise
        return _Link(node, connection, time.monotonic() + lasting_seconds(self._login, random.random))
