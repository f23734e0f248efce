"""The one place where work is measured: between a plan and whoever runs it, so that every mode is measured alike."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tierstore.core.effects import Effect, InBackground, Once, Plan, Result, Together
from tierstore.core.processes import PerProcess
from tierstore.observability.events import (
    Event,
    Observe,
    OperationEnded,
    RequestEnded,
    kind_of,
)
from tierstore.observability.metrics import Tier
from tierstore.observability.requests import LIMITS, Meter, Request, described, first_failure
from tierstore.observability.watch import Watch, watched_by

if TYPE_CHECKING:
    from tierstore.observability.tracing import Tracing

_LOG: Final = logging.getLogger(__name__)


class PlanWatcher:
    """Watches the operations of one storage."""

    def __init__(self, *, observe: Observe | None, tracing: Tracing | None) -> None:
        self._observe = observe
        self._tracing = tracing
        self._under_way: PerProcess[Mapping[Tier, list[None]]] = PerProcess(lambda: {tier: [] for tier in LIMITS})

    def watch(self, operation: str, make: Callable[[], Plan[Result]]) -> Plan[Result]:
        """The plan that `make` makes, watched from its beginning to its end as the operation of this name."""
        watch = Watch(operation, self._tell)
        began_at, began = time.time_ns(), time.perf_counter()
        failure: BaseException | None = None
        with self._span(operation):
            try:
                return (yield from self._run(watch, make()))
            except BaseException as error:
                failure = error
                raise
            finally:
                self._tell(
                    OperationEnded(
                        operation=operation,
                        began_at=began_at,
                        seconds=time.perf_counter() - began,
                        error=kind_of(failure),
                        has_waited=watch.has_waited,
                    )
                )

    def _part(self, whole: Watch, plan: Plan[Result], *, is_retry: bool) -> Plan[Result]:
        watch = Watch(whole.operation, self._tell)
        watch.is_retry = is_retry
        try:
            return (yield from self._run(watch, plan))
        finally:
            whole.tier = watch.tier
            whole.has_waited |= watch.has_waited

    def _run(self, watch: Watch, plan: Plan[Result]) -> Plan[Result]:
        token = watched_by.set(watch)
        try:
            effect = next(plan)
            while True:
                try:
                    answer = yield from self._answer(watch, effect)
                except Exception as error:  # noqa: BLE001 - whatever went wrong is the plan's to judge
                    effect = plan.throw(error)
                else:
                    effect = plan.send(answer)
        except StopIteration as finished:
            return finished.value  # type: ignore[no-any-return]
        finally:
            plan.close()
            watched_by.reset(token)

    def _answer(self, watch: Watch, effect: Effect[Any]) -> Plan[Any]:
        match effect:
            case Together(plans=plans):
                is_retry, watch.is_retry = watch.is_retry, False
                return (yield Together(plans=tuple(self._part(watch, plan, is_retry=is_retry) for plan in plans)))
            case Once(plan=plan):
                return (yield replace(effect, plan=self._part(watch, plan, is_retry=False)))
            case InBackground(plan=plan):
                return (yield replace(effect, plan=self._run(Watch(watch.operation, self._tell), plan)))
        request = described(effect)
        if request is None:
            return (yield effect)
        return (yield from self._carry_out(watch, effect, request))

    def _carry_out(self, watch: Watch, effect: Effect[Any], request: Request) -> Plan[Any]:
        watch.tier = request.tier
        watch.has_waited |= request.waits
        is_retry, watch.is_retry = watch.is_retry, False
        meter = Meter()
        failure: BaseException | None = None
        others = self._under_way()[request.tier]
        others.append(None)
        under_way = len(others)
        began_at, began = time.time_ns(), time.perf_counter()
        try:
            answer = yield meter.metered(effect)
            failure = first_failure(effect, answer)
            return answer  # noqa: TRY300 - looking at the answer cannot fail
        except BaseException as error:
            failure = error
            raise
        finally:
            others.pop()
            self._tell(
                RequestEnded(
                    operation=watch.operation,
                    tier=request.tier,
                    request=request.name,
                    targets=request.targets,
                    size=request.size,
                    began_at=began_at,
                    seconds=time.perf_counter() - began,
                    error=kind_of(failure),
                    is_retry=is_retry,
                    has_waited=request.waits,
                    under_way=under_way,
                    connections=LIMITS[request.tier],
                    read_units=meter.read_units,
                    write_units=meter.write_units,
                )
            )

    def _span(self, operation: str) -> AbstractContextManager[object]:
        return nullcontext() if self._tracing is None else self._tracing.operation(operation)

    def _tell(self, event: Event) -> None:
        try:
            if self._tracing is not None:
                self._tracing.add(event)
            if self._observe is not None:
                self._observe(event)
        except Exception:  # noqa: BLE001 - logged with its traceback
            # No operation fails because somebody watches it.
            _LOG.exception("the observer failed on %s", type(event).__name__)
