"""Which transport carries out which kind of effect."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from threading import RLock
from typing import Any, Generic, Protocol, TypeVar

from tierstore.core.effects import Effect


class Transport(Protocol):
    """Carries out effects, blocking; many threads use one at once."""

    def carry_out(self, effect: Any, /) -> Any:
        """Answer the effect, or raise what went wrong as an error of `tierstore.errors`."""

    def close(self) -> None:
        """Give back connections; one that is used again makes new ones."""


class AsyncTransport(Protocol):
    """Carries out effects in the running event loop."""

    def carry_out(self, effect: Any, /) -> Awaitable[Any]:
        """Answer the effect, or raise what went wrong as an error of `tierstore.errors`."""

    async def close(self) -> None:
        """Give back connections; one that is used again makes new ones."""


AnyTransport = TypeVar("AnyTransport", bound=Transport | AsyncTransport)


class Transports(Generic[AnyTransport]):
    """The transports of a storage, each made when its first effect comes.

    Effects that share a maker share the transport that it made.
    """

    def __init__(self, makers: Mapping[type[Effect[Any]], Callable[[], AnyTransport]]) -> None:
        self._makers = makers
        self._made: dict[Callable[[], AnyTransport], AnyTransport] = {}
        self._by_effect: dict[type[Effect[Any]], AnyTransport] = {}
        self._lock = RLock()

    def carry_out(self, effect: Effect[Any]) -> Any:
        """Hand the effect to its transport."""
        try:
            transport = self._by_effect[type(effect)]
        except KeyError:
            transport = self._make(type(effect))
        return transport.carry_out(effect)

    @property
    def made(self) -> tuple[AnyTransport, ...]:
        """The transports that were needed so far."""
        return tuple(self._made.values())

    def _make(self, effect: type[Effect[Any]]) -> AnyTransport:
        maker = self._makers[effect]
        with self._lock:
            if maker not in self._made:
                self._made[maker] = maker()
            self._by_effect[effect] = self._made[maker]
        return self._by_effect[effect]
