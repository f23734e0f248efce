"""Plans under way that others may join, or that nobody waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import Executor, Future
from contextvars import Context
from typing import Any, TypeAlias

from tierstore.core.deadlines import remaining
from tierstore.core.effects import InBackground, Once, Plan
from tierstore.core.processes import PerProcess
from tierstore.errors import TimedOutError, UnavailableError

_LOG = logging.getLogger(__name__)

Run: TypeAlias = Callable[[Plan[Any]], Any]
RunLater: TypeAlias = Callable[[Plan[Any]], Coroutine[Any, Any, Any]]


class Flights:
    """The plans that the threads of this process have under way, by key."""

    def __init__(self, run: Run, executor: Callable[[], Executor]) -> None:
        self._run = run
        self._executor = executor
        # A forked child has none of its parent's threads under way.
        self._under_way: PerProcess[dict[Hashable, Future[Any]]] = PerProcess(dict)

    def once(self, effect: Once) -> Any:
        """Run the plan here, or wait for the one that another thread runs."""
        own: Future[Any] = Future()
        flight = self._under_way().setdefault(effect.key, own)
        if flight is own:
            self._fly(effect.key, effect.plan, own)
        else:
            effect.plan.close()
        try:
            return flight.result(remaining())
        except TimeoutError:
            raise TimedOutError("the deadline passed while another reader was loading the same") from None

    def begin(self, effect: InBackground) -> None:
        """Let a thread of the executor run the plan."""
        own: Future[Any] = Future()
        if self._under_way().setdefault(effect.key, own) is own:
            own.add_done_callback(_report)
            self._executor().submit(self._fly, effect.key, effect.plan, own)
        else:
            effect.plan.close()

    def _fly(self, key: Hashable, plan: Plan[Any], flight: Future[Any]) -> None:
        try:
            flight.set_result(self._run(plan))
        except Exception as error:  # noqa: BLE001 - raised again for each that waits
            flight.set_exception(error)
        finally:
            del self._under_way()[key]
            if not flight.done():
                # A thread that is interrupted leaves nobody waiting.
                flight.set_exception(UnavailableError("the reader that was loading the same was interrupted"))


class AsyncFlights:
    """The plans that tasks have under way, by event loop and key."""

    def __init__(self, run: RunLater) -> None:
        self._run = run
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}

    async def once(self, effect: Once) -> Any:
        """Wait for the plan, which is a task of its own: whoever is cancelled while waiting takes nobody along."""
        key = (asyncio.get_running_loop(), effect.key)
        if key in self._under_way:
            effect.plan.close()
        else:
            self._fly(key, effect.plan, context=None)
        return await asyncio.shield(self._under_way[key])

    def begin(self, effect: InBackground) -> None:
        """Let a task run the plan, without the deadline of whoever began it."""
        key = (asyncio.get_running_loop(), effect.key)
        if key in self._under_way:
            effect.plan.close()
        else:
            self._fly(key, effect.plan, context=Context()).add_done_callback(_report)

    def _fly(self, key: Hashable, plan: Plan[Any], *, context: Context | None) -> asyncio.Task[Any]:
        task = asyncio.create_task(self._run(plan), context=context)
        self._under_way[key] = task
        task.add_done_callback(lambda _: self._land(key, task))
        return task

    def _land(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            # Looked at, so that asyncio does not complain where everybody who waited has been cancelled.
            task.exception()


def _report(flight: Future[Any] | asyncio.Task[Any]) -> None:
    """Nobody waits for a plan in the background, so its error is told here."""
    if not flight.cancelled() and (error := flight.exception()) is not None:
        _LOG.warning("a plan in the background failed: %s: %s", type(error).__name__, error)
