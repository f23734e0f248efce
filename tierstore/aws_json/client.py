"""Asks a service, blocking; one attempt a call, since trying again is for the plans."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from tierstore.aws import AwsIdentity
from tierstore.aws_json.http import BrokenResponseError, Response
from tierstore.aws_json.services import Service
from tierstore.aws_json.sockets import Pool
from tierstore.aws_json.timeouts import (
    CONNECT_SECONDS,
    READ_SECONDS,
    connection_failed,
    deadline_passed,
    exchange_failed,
)
from tierstore.aws_json.wire import Answer, Wire
from tierstore.core.deadlines import within_deadline
from tierstore.core.processes import PerProcess


class JsonClient:
    """Used by many threads at once, and by forked children anew."""

    def __init__(self, aws: AwsIdentity, service: Service) -> None:
        self._aws = aws
        self._wire = Wire(aws, service)
        self._pool = PerProcess(self._make_pool)

    def call(self, action: str, document: Mapping[str, Any], decode: Callable[[bytes], Answer]) -> Answer:
        """What `decode` makes of the answer's JSON; raises what went wrong as an error of `tierstore.errors`."""
        seconds = within_deadline(READ_SECONDS)
        if seconds <= 0:
            raise deadline_passed(self._wire.title(action))
        message = self._wire.request(self._aws.frozen_credentials(), action, document)
        return self._wire.answer(self._exchange(action, message, seconds), decode)

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._pool().close()

    def _exchange(self, action: str, message: bytes, seconds: float) -> Response:
        ends_at = time.monotonic() + seconds
        pool = self._pool()
        try:
            connection = pool.take(seconds, CONNECT_SECONDS)
        except OSError as error:
            raise connection_failed(self._wire.title(action), error) from error
        is_reusable = False
        try:
            response = connection.exchange(message, ends_at)
            is_reusable = response.keeps_connection
        except (OSError, BrokenResponseError) as error:
            raise exchange_failed(self._wire.title(action), error) from error
        finally:
            pool.give_back(connection, is_reusable=is_reusable)
        return response

    def _make_pool(self) -> Pool:
        return Pool(self._wire.host, self._wire.port, self._aws.tls() if self._wire.is_secure else None)
