"""Transports behind a circuit breaker: while a service is away, its requests fail at once instead of in seconds."""

from __future__ import annotations

from typing import Any

from tierstore.core.deadlines import within_deadline
from tierstore.core.effects import Effect
from tierstore.core.transports import AsyncTransport, Transport
from tierstore.errors import StorageError, TimedOutError, UnavailableError
from tierstore.resilience.breaker import Breaker


class Guarded:
    """A blocking transport; effects that are no `request` of the service pass by the breaker."""

    def __init__(self, transport: Transport, breaker: Breaker, *, request: type[Effect[Any]]) -> None:
        self._transport = transport
        self._breaker = breaker
        self._request = request

    def carry_out(self, effect: Any, /) -> Any:
        """Answer the effect; raises `UnavailableError` at once while the service rests."""
        if not isinstance(effect, self._request):
            return self._transport.carry_out(effect)
        self._breaker.check()
        try:
            answer = self._transport.carry_out(effect)
        except StorageError as error:
            _report(self._breaker, error)
            raise
        self._breaker.succeeded()
        return answer

    def close(self) -> None:
        """Give back connections."""
        self._transport.close()


class AsyncGuarded:
    """The same in asyncio."""

    def __init__(self, transport: AsyncTransport, breaker: Breaker, *, request: type[Effect[Any]]) -> None:
        self._transport = transport
        self._breaker = breaker
        self._request = request

    async def carry_out(self, effect: Any, /) -> Any:
        """Answer the effect; raises `UnavailableError` at once while the service rests."""
        if not isinstance(effect, self._request):
            return await self._transport.carry_out(effect)
        self._breaker.check()
        try:
            answer = await self._transport.carry_out(effect)
        except StorageError as error:
            _report(self._breaker, error)
            raise
        self._breaker.succeeded()
        return answer

    async def close(self) -> None:
        """Give back connections."""
        await self._transport.close()


def _report(breaker: Breaker, error: StorageError) -> None:
    if not isinstance(error, UnavailableError | TimedOutError):
        breaker.succeeded()
    elif within_deadline(1.0) > 0:
        # Past its deadline a caller was in a hurry; that tells nothing of the service.
        breaker.failed()
