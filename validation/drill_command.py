"""`python -m validation drill failover`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from validation.context import Context
from validation.drill import report as drill_report
from validation.drill.failover import WARM_UP_SECONDS, Settings, prepare, run_drill
from validation.drill.measurement import passed, verdicts
from validation.drill.timeline import Moment
from validation.errors import CouldNotRun
from validation.preflight import prepare as prepare_context
from validation.report import files
from validation.subject import subject


def failover(environment: str, settings: Settings, *, report: Path | None, assume_yes: bool, console: Console) -> int:
    """Run the drill, print and write what it measured; 0 within the limits, else 1.

    Raises `CouldNotRun`, `environments.UnusableEnvironment`, or KeyboardInterrupt after the report of a drill that was
    interrupted.
    """
    context = prepare_context(environment, inside_vpc=True)
    stage = prepare(context, settings)
    if context.environment.production and not assume_yes:
        _confirm(context, settings)
    console.print(
        f"writing for {WARM_UP_SECONDS:g} s, then failing shard {settings.shard} over ({settings.trigger}); limit "
        f"{context.environment.failover.recovery_seconds:g} s",
        highlight=False,
        soft_wrap=True,
    )
    with _telling(console) as tell:
        measurement = run_drill(context, stage, settings, tell=tell)
    judged = verdicts(measurement, context.environment.failover)
    document = drill_report.drill_document(subject(context), measurement, judged, trigger=settings.trigger)
    drill_report.show(document, console, timeline=console.is_terminal)
    if report is not None:
        page = files.write_drill(report, document)
        console.print(f"Report: {page}", markup=False, highlight=False, soft_wrap=True)
    if measurement.interrupted:
        raise KeyboardInterrupt
    return 0 if passed(judged) else 1


@contextmanager
def _telling(console: Console) -> Iterator[Callable[[Moment], None]]:
    """Show moments as they come: on a terminal the last one, since all follow in order; elsewhere line by line."""
    if not console.is_terminal:
        yield lambda moment: console.print(drill_report.line(moment), markup=False, highlight=False, soft_wrap=True)
        return
    with console.status("writing") as status:
        yield lambda moment: status.update(escape(drill_report.line(moment)))


def _confirm(context: Context, settings: Settings) -> None:
    """Ask on the terminal before production is disturbed; raises `CouldNotRun` without a clear yes."""
    name = context.environment.name
    if not sys.stdin.isatty():
        raise CouldNotRun(f"{name} is a production environment: give --yes to fail shard {settings.shard} over")
    answer = input(f"Fail shard {settings.shard} of the production environment {name} over? Type its name to go on: ")
    if answer.strip() != name:
        raise CouldNotRun(f"not confirmed: {name} was left alone")
