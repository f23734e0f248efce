"""Asks a service in asyncio; one attempt a call, since trying again is for the plans."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import AbstractEventLoop, StreamReader, StreamWriter
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from botocore.credentials import ReadOnlyCredentials

from tierstore.aws import AwsIdentity
from tierstore.aws_json.http import BrokenResponseError, Response, read_response
from tierstore.aws_json.services import Service
from tierstore.aws_json.sockets import MAXIMUM_CONNECTIONS, MAXIMUM_IDLE_SECONDS, has_something_to_read
from tierstore.aws_json.timeouts import (
    CONNECT_SECONDS,
    READ_SECONDS,
    connection_failed,
    deadline_passed,
    exchange_failed,
)
from tierstore.aws_json.wire import Answer, Wire
from tierstore.core.deadlines import within_deadline

_RECEIVE_BYTES: Final = 262_144


class _Connection(NamedTuple):
    reader: StreamReader
    writer: StreamWriter
    idle_since: float


class _Pool:
    """Connections of one event loop to one server."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._idle: list[_Connection] = []
        self._places = asyncio.BoundedSemaphore(MAXIMUM_CONNECTIONS)

    async def exchange(self, title: str, message: bytes) -> Response:
        """Send a request and read its response; whatever happens, its place in the pool is free again."""
        async with self._places:
            try:
                connection = self._take_idle() or await self._connect()
            except OSError as error:
                raise connection_failed(title, error) from error
            is_reusable = False
            try:
                response = await _exchange(connection, message)
                is_reusable = response.keeps_connection
            except (OSError, BrokenResponseError) as error:
                raise exchange_failed(title, error) from error
            finally:
                if is_reusable:
                    self._idle.append(connection._replace(idle_since=asyncio.get_running_loop().time()))
                else:
                    connection.writer.close()
            return response

    async def close(self) -> None:
        """Close every connection that is not in use."""
        writers = [connection.writer for connection in self._idle]
        self._idle.clear()
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)

    def _take_idle(self) -> _Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection = self._idle.pop()
            is_open = not connection.reader.at_eof() and not connection.writer.is_closing()
            is_young = now - connection.idle_since < MAXIMUM_IDLE_SECONDS
            # The event loop may not have had the time to notice the end.
            if is_open and is_young and not has_something_to_read(connection.writer.get_extra_info("socket")):
                return connection
            connection.writer.close()
        return None

    async def _connect(self) -> _Connection:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls, limit=_RECEIVE_BYTES)
        return _Connection(reader, writer, 0.0)


class AsyncJsonClient:
    """Used by many tasks at once; each event loop has connections of its own."""

    def __init__(self, aws: AwsIdentity, service: Service) -> None:
        self._aws = aws
        self._wire = Wire(aws, service)
        self._pools: WeakKeyDictionary[AbstractEventLoop, _Pool] = WeakKeyDictionary()

    async def call(self, action: str, document: Mapping[str, Any], decode: Callable[[bytes], Answer]) -> Answer:
        """What `decode` makes of the answer's JSON; raises what went wrong as an error of `tierstore.errors`."""
        seconds = within_deadline(READ_SECONDS)
        title = self._wire.title(action)
        if seconds <= 0:
            raise deadline_passed(title)
        message = self._wire.request(await self._credentials(), action, document)
        try:
            async with asyncio.timeout(seconds):
                response = await self._pool().exchange(title, message)
        except TimeoutError as error:
            raise exchange_failed(title, error) from error
        return self._wire.answer(response, decode)

    async def close(self) -> None:
        """Close the running event loop's connections that are not in use."""
        await self._pool().close()

    def _pool(self) -> _Pool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            tls = self._aws.tls() if self._wire.is_secure else None
            pool = self._pools[loop] = _Pool(self._wire.host, self._wire.port, tls)
        return pool

    async def _credentials(self) -> ReadOnlyCredentials:
        if self._aws.has_credentials_ready:
            return self._aws.frozen_credentials()
        return await asyncio.to_thread(self._aws.frozen_credentials)


async def _exchange(connection: _Connection, message: bytes) -> Response:
    connection.writer.write(message)
    reading = read_response()
    next(reading)
    try:
        while True:
            reading.send(await connection.reader.read(_RECEIVE_BYTES))
    except StopIteration as finished:
        response: Response = finished.value
        return response
