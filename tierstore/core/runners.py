"""Running a plan: blocking, in asyncio, or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, Future, wait
from contextvars import copy_context
from typing import Any, ParamSpec, TypeVar

from tierstore.core.effects import Effect, InBackground, Once, Plan, Sleep, Together
from tierstore.core.flights import AsyncFlights, Flights
from tierstore.core.operation import Watcher
from tierstore.core.pages import AsyncListing, Listing, Page

P = ParamSpec("P")
Item = TypeVar("Item")
Result = TypeVar("Result")


class SyncRunner:
    """Runs plans in the caller's thread; those that run together share the executor's threads."""

    def __init__(
        self,
        carry_out: Callable[[Effect[Any]], Any],
        executor: Callable[[], Executor],
        *,
        watch: Watcher | None = None,
    ) -> None:
        self.watch = watch
        self._carry_out = carry_out
        self._executor = executor
        self._flights = Flights(self.run, executor)

    def run(self, plan: Plan[Result]) -> Result:
        """Run the plan to its result; an effect's error is raised inside the plan, at its place."""
        try:
            effect = next(plan)
            while True:
                try:
                    answer = self._answer(effect)
                except Exception as error:  # noqa: BLE001 - whatever went wrong is the plan's to judge
                    effect = plan.throw(error)
                else:
                    effect = plan.send(answer)
        except StopIteration as finished:
            return finished.value  # type: ignore[no-any-return]
        finally:
            plan.close()

    def listing(self, read: Callable[P, Page[Item]]) -> Listing[P, Item]:
        """Pages, and an iterator over every item."""
        return Listing(read)

    def _answer(self, effect: Effect[Any]) -> Any:
        if isinstance(effect, Sleep):
            return time.sleep(effect.seconds)
        if isinstance(effect, Together):
            return self._run_together(effect.plans)
        if isinstance(effect, Once):
            return self._flights.once(effect)
        if isinstance(effect, InBackground):
            return self._flights.begin(effect)
        return self._carry_out(effect)

    def _run_together(self, plans: tuple[Plan[Any], ...]) -> list[Any]:
        first, *others = plans
        started: list[Future[Any]] = []
        try:
            started.extend(self._executor().submit(copy_context().run, self.run, plan) for plan in others)
            results = [self.run(first)]
            for plan, future in zip(others, started, strict=True):
                # A plan that no thread has taken up yet runs here: so plans may nest without waiting for each other.
                results.append(self.run(plan) if future.cancel() else future.result())
        finally:
            wait([future for future in started if not future.cancel()])
        return results


class AsyncRunner:
    """Runs plans as coroutines of the running event loop."""

    def __init__(self, carry_out: Callable[[Effect[Any]], Awaitable[Any]], *, watch: Watcher | None = None) -> None:
        self.watch = watch
        self._carry_out = carry_out
        self._flights = AsyncFlights(self.run)

    async def run(self, plan: Plan[Result]) -> Result:
        """Run the plan to its result; an effect's error is raised inside the plan, at its place."""
        try:
            effect = next(plan)
            while True:
                try:
                    answer = await self._answer(effect)
                except Exception as error:  # noqa: BLE001 - whatever went wrong is the plan's to judge
                    effect = plan.throw(error)
                else:
                    effect = plan.send(answer)
        except StopIteration as finished:
            return finished.value  # type: ignore[no-any-return]
        finally:
            plan.close()

    def listing(self, read: Callable[P, Awaitable[Page[Item]]]) -> AsyncListing[P, Item]:
        """Pages, and an asynchronous iterator over every item."""
        return AsyncListing(read)

    async def _answer(self, effect: Effect[Any]) -> Any:
        if isinstance(effect, Sleep):
            return await asyncio.sleep(effect.seconds)
        if isinstance(effect, Together):
            return await self._run_together(effect.plans)
        if isinstance(effect, Once):
            return await self._flights.once(effect)
        if isinstance(effect, InBackground):
            return self._flights.begin(effect)
        return await self._carry_out(effect)

    async def _run_together(self, plans: tuple[Plan[Any], ...]) -> list[Any]:
        try:
            async with asyncio.TaskGroup() as tasks:
                started = [tasks.create_task(self.run(plan)) for plan in plans]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
        return [task.result() for task in started]


class ExplainRunner:
    """Sends nothing: shows the requests with which a plan begins."""

    watch: None = None

    def run(self, plan: Plan[Any]) -> tuple[Effect[Any], ...]:
        """The plan's first requests: one, or those that would be sent together."""
        try:
            effect = next(plan)
        except StopIteration:
            return ()
        finally:
            plan.close()
        if isinstance(effect, Together):
            return tuple(request for part in effect.plans for request in self.run(part))
        if isinstance(effect, Once):
            return self.run(effect.plan)
        return (effect,)

    def listing(self, read: Callable[P, tuple[Effect[Any], ...]]) -> Callable[P, tuple[Effect[Any], ...]]:
        """The first requests of a page."""
        return read
