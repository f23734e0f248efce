"""`python -m validation run`: every check, once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from validation.checks import CHECKS
from validation.context import Context
from validation.errors import CouldNotRun
from validation.framework.check import Check, select
from validation.framework.result import Status
from validation.framework.runner import plan, run
from validation.preflight import prepare
from validation.report import files, terminal
from validation.report.document import run_document
from validation.subject import subject

WORKERS: Final = 12
"""Checks that run at once; they wait for answers most of their time."""


def run_checks(
    environment: str, *, only: Sequence[str], report: Path | None, inside_vpc: bool, console: Console
) -> int:
    """Validate an environment, print what was found and write reports; 0 where nothing failed, else 1.

    Raises `CouldNotRun` or `environments.UnusableEnvironment`.
    """
    checks = selected(only)
    context = prepare(environment, inside_vpc=inside_vpc)
    tasks = plan(checks, context)
    started_at, started = datetime.now(UTC), time.monotonic()
    with terminal.progress(console, len(tasks)) as advance:
        results = run(tasks, context, workers=WORKERS, on_result=advance)
    document = run_document(
        subject(context), checks, results, started_at=started_at, seconds=time.monotonic() - started
    )
    terminal.show(document, console)
    if report is not None:
        page = files.write_run(report, document)
        console.print(f"Report: {page}", markup=False, highlight=False, soft_wrap=True)
    return 1 if any(result.status in (Status.FAILED, Status.ERROR) for result in results) else 0


def list_checks(*, only: Sequence[str], console: Console) -> int:
    """Print the checks with id, severity and title."""
    table = Table("Check", "Severity", "What", box=None)
    for check in selected(only):
        table.add_row(check.id, check.severity, escape(check.title))
    console.print(table)
    return 0


def selected(only: Sequence[str]) -> tuple[Check[Context], ...]:
    """The checks that were asked for; raises `CouldNotRun` where there is no such check."""
    try:
        return select(CHECKS, only)
    except ValueError as error:
        raise CouldNotRun(str(error)) from None
