"""Runs checks concurrently; whatever a check raises becomes its result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Generic, TypeVar

from validation.framework.check import Check
from validation.framework.result import Finding, Result, Skip, Status, Unmet, conclude

ContextT = TypeVar("ContextT")


@dataclass(frozen=True, kw_only=True)
class Task(Generic[ContextT]):
    """One check on one resource."""

    check: Check[ContextT]
    resource: str


def plan(checks: Iterable[Check[ContextT]], context: ContextT) -> tuple[Task[ContextT], ...]:
    """Every check on each of its resources; a check of what the environment does not have is left out."""
    return tuple(Task(check=check, resource=resource) for check in checks for resource in check.resources(context))


def run(
    tasks: Sequence[Task[ContextT]],
    context: ContextT,
    *,
    workers: int,
    on_result: Callable[[Result], None],
) -> tuple[Result, ...]:
    """Run all tasks on `workers` threads and return their results in the tasks' order.

    `on_result` is called on this thread as each one ends. An interrupt lets the checks under way
    finish, so that they clean up after themselves, and starts no other.
    """
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="check") as pool:
        futures = {pool.submit(examine, task, context): number for number, task in enumerate(tasks)}
        results: dict[int, Result] = {}
        try:
            for future in as_completed(futures):
                results[futures[future]] = future.result()
                on_result(future.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return tuple(results[number] for number in range(len(tasks)))


def examine(task: Task[ContextT], context: ContextT) -> Result:
    """Run one check on one resource; findings made before it raised are kept."""
    started = time.monotonic()
    findings: list[Finding] = []
    status: Status | None = None
    reason = ""
    try:
        findings.extend(task.check.examine(context, task.resource))
    except Skip as skip:
        failed = conclude(findings) is Status.FAILED
        status, reason = Status.FAILED if failed else Status.SKIPPED, str(skip)
    except Unmet as unmet:
        findings.append(unmet.finding)
    except Exception as error:  # noqa: BLE001 - a broken check is reported, never mistaken for a passed one
        status, reason = Status.ERROR, cause(error)
    if status is None:
        status = conclude(findings)
        reason = "the check compared nothing" if status is Status.ERROR else ""
    return Result(
        check=task.check.id,
        resource=task.resource,
        status=status,
        findings=tuple(findings),
        reason=reason,
        seconds=time.monotonic() - started,
    )


def cause(error: BaseException) -> str:
    """An exception in one line: its type and the first line of its text."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0]}" if text else type(error).__name__
