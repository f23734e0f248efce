"""Running a plan: blocking, in asyncio, or not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

from tierstore.core.effects import Effect, Plan, Sleep, Together

Result = TypeVar("Result")


class SyncRunner:
    """Runs plans in the caller's thread; those that run together share the executor's threads."""

    def __init__(self, carry_out: Callable[[Effect[Any]], Any], executor: Callable[[], Executor]) -> None:
        self._carry_out = carry_out
        self._executor = executor

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

    def _answer(self, effect: Effect[Any]) -> Any:
        if isinstance(effect, Sleep):
            return time.sleep(effect.seconds)
        if isinstance(effect, Together):
            first, *others = effect.plans
            started = [self._executor().submit(self.run, plan) for plan in others]
            return [self.run(first), *(future.result() for future in started)]
        return self._carry_out(effect)


class AsyncRunner:
    """Runs plans as coroutines of the running event loop."""

    def __init__(self, carry_out: Callable[[Effect[Any]], Awaitable[Any]]) -> None:
        self._carry_out = carry_out

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

    async def _answer(self, effect: Effect[Any]) -> Any:
        if isinstance(effect, Sleep):
            return await asyncio.sleep(effect.seconds)
        if isinstance(effect, Together):
            async with asyncio.TaskGroup() as tasks:
                started = [tasks.create_task(self.run(plan)) for plan in effect.plans]
            return [task.result() for task in started]
        return await self._carry_out(effect)


class ExplainRunner:
    """Sends nothing: shows the requests with which a plan begins."""

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
        return (effect,)
