"""Handlers that take effect once for each request, however often it is delivered."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from hashlib import sha256
from typing import Any, Final, Generic, ParamSpec, TypeVar, overload

import msgspec

from tierstore.api.idempotency import IN_PROGRESS, KEPT, Idempotency
from tierstore.core.effects import Plan
from tierstore.core.operation import Async, Sync, run_as
from tierstore.core.runners import AsyncRunner
from tierstore.errors import InvalidError, StorageError, VersionConflictError
from tierstore.model.state import IdempotencyRecord

P = ParamSpec("P")
Result = TypeVar("Result")

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class ResultCodec(Generic[Result]):
    """How a handler's result is kept in its record, and made again from it."""

    encode: Callable[[Result], Any]
    """Gives anything that a table stores."""
    decode: Callable[[Any], Result]


def json_of(kind: type[Result]) -> ResultCodec[Result]:
    """Keeps results of a type that msgspec knows (dataclasses, TypedDicts, containers, dates, …) as JSON."""
    decoder = msgspec.json.Decoder(kind)
    return ResultCodec(encode=lambda result: msgspec.json.encode(result).decode(), decode=decoder.decode)


_AS_IT_IS: Final = ResultCodec[Any](encode=lambda result: result, decode=lambda kept: kept)


@overload
def idempotent(
    records: Idempotency[Sync],
    *,
    scope: str,
    token: Callable[P, str],
    payload: Callable[P, object],
    result: ResultCodec[Result],
    in_progress: timedelta = ...,
    kept: timedelta = ...,
    wait: timedelta = ...,
) -> Callable[[Callable[P, Result]], Callable[P, Result]]: ...
@overload
def idempotent(
    records: Idempotency[Async],
    *,
    scope: str,
    token: Callable[P, str],
    payload: Callable[P, object],
    result: ResultCodec[Result],
    in_progress: timedelta = ...,
    kept: timedelta = ...,
    wait: timedelta = ...,
) -> Callable[[Callable[P, Awaitable[Result]]], Callable[P, Awaitable[Result]]]: ...
@overload
def idempotent(
    records: Idempotency[Sync] | Idempotency[Async],
    *,
    scope: str,
    token: Callable[P, str],
    payload: Callable[P, object],
    in_progress: timedelta = ...,
    kept: timedelta = ...,
    wait: timedelta = ...,
) -> Callable[[Callable[P, Result]], Callable[P, Result]]: ...
def idempotent(
    records: Idempotency[Any],
    *,
    scope: str,
    token: Callable[..., str],
    payload: Callable[..., object],
    result: ResultCodec[Any] = _AS_IT_IS,
    in_progress: timedelta = IN_PROGRESS,
    kept: timedelta = KEPT,
    wait: timedelta = timedelta(0),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a handler take effect once for each token; a repetition is given the first one's result.

    `token` and `payload` take the handler's arguments and give the request's own token, and what it asks for, as
    anything that JSON has: the same token with another payload raises `InvalidError`, before any result is shown.
    A handler that raises leaves nothing behind, so that the request may be tried again at once. One that dies blocks
    its request for `in_progress`, which must be longer than a handler ever takes. Results are kept for `kept`. While
    another process works on the same request, a repetition waits for up to `wait`, then raises `InProgressError`.
    With `storage.idempotency` of an `AsyncStorage` the handler is a coroutine function. A result is stored as it is
    unless a codec such as `json_of(Order)` is given.
    """
    requests = _Requests(records=records, scope=scope, in_progress=in_progress, kept=kept, wait=wait)

    def decorate(handler: Callable[..., Any]) -> Callable[..., Any]:
        is_async = isinstance(records.runner, AsyncRunner)
        if inspect.iscoroutinefunction(handler) != is_async:
            raise InvalidError(
                f"handler {handler.__qualname__} of {scope!r}: an AsyncStorage takes coroutine functions, "
                "a Storage takes the others"
            )
        wrap = _waiting if is_async else _blocking
        return wrap(handler, requests, token=token, payload=payload, codec=result)

    return decorate


@dataclass(frozen=True, kw_only=True)
class _Requests:
    """What is done about the record of a request, as plans."""

    records: Idempotency[Any]
    scope: str
    in_progress: timedelta
    kept: timedelta
    wait: timedelta

    def run(self, operation: str, plan: Plan[Any]) -> Any:
        return run_as(f"idempotency.{operation}", plan, self.records.runner)

    def begin(self, token: str, payload_hash: str) -> Plan[IdempotencyRecord]:
        return Idempotency.begin.plan(
            self.records,
            self.scope,
            token,
            payload_hash=payload_hash,
            in_progress=self.in_progress,
            kept=self.kept,
            wait=self.wait,
        )

    def finish(self, record: IdempotencyRecord, result: Any) -> Plan[IdempotencyRecord | None]:
        """Keep the result; where another process was given the request meanwhile and has one, that one counts."""
        while True:
            try:
                yield from Idempotency.complete.plan(self.records, record, result)
            except VersionConflictError:
                _LOG.warning("a handler of %s took longer than %s", self.scope, self.in_progress)
            except StorageError as error:
                if not error.retryable:
                    raise
                # What the handler did stays done: an error would only make the caller ask for it again.
                _LOG.warning("the result of a request of %s could not be kept: %s", self.scope, error)
                return None
            else:
                return None
            record = yield from self.begin(record.token, record.payload_hash)
            if record.status == "completed":
                return record

    def abandon(self, record: IdempotencyRecord) -> Plan[None]:
        """Forget a request whose handler failed; where even that fails, its record ends by itself."""
        with suppress(StorageError):
            yield from Idempotency.abandon.plan(self.records, record)


def _blocking(
    handler: Callable[..., Any],
    requests: _Requests,
    *,
    token: Callable[..., str],
    payload: Callable[..., object],
    codec: ResultCodec[Any],
) -> Callable[..., Any]:
    @wraps(handler)
    def handle(*given: Any, **named: Any) -> Any:
        begun = requests.run("begin", requests.begin(token(*given, **named), _hash(payload(*given, **named))))
        if begun.status == "completed":
            return codec.decode(begun.result)
        try:
            result = handler(*given, **named)
            kept = codec.encode(result)
        except BaseException:
            requests.run("abandon", requests.abandon(begun))
            raise
        other = requests.run("complete", requests.finish(begun, kept))
        return result if other is None else codec.decode(other.result)

    return handle


def _waiting(
    handler: Callable[..., Any],
    requests: _Requests,
    *,
    token: Callable[..., str],
    payload: Callable[..., object],
    codec: ResultCodec[Any],
) -> Callable[..., Any]:
    @wraps(handler)
    async def handle(*given: Any, **named: Any) -> Any:
        begun = await requests.run("begin", requests.begin(token(*given, **named), _hash(payload(*given, **named))))
        if begun.status == "completed":
            return codec.decode(begun.result)
        try:
            result = await handler(*given, **named)
            kept = codec.encode(result)
        except BaseException:
            # Also a handler that was cancelled is forgotten, whoever cancels it again.
            await asyncio.shield(requests.run("abandon", requests.abandon(begun)))
            raise
        other = await requests.run("complete", requests.finish(begun, kept))
        return result if other is None else codec.decode(other.result)

    return handle


def _hash(payload: object) -> str:
    try:
        document = msgspec.json.encode(payload, order="deterministic")
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidError(f"the payload of a request must be something that JSON has: {error}") from None
    return sha256(document).hexdigest()
