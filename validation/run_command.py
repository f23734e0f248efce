"""`python -m validation run`: every check, once."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from environments import names
from validation.checks import CHECKS
from validation.command_line import Commands, exit_codes
from validation.context import Context
from validation.errors import CouldNotRun
from validation.framework.check import Check, select
from validation.framework.result import Status
from validation.framework.runner import plan, run
from validation.preflight import deployed_context
from validation.report import files, terminal
from validation.report.document import run_document
from validation.subject import subject

WORKERS: Final = 12
"""Checks that run at once; they wait for answers most of their time."""


def add_to(commands: Commands) -> None:
    """Add `run` to the command line."""
    run = commands.add_parser(
        "run",
        help="compare a deployed environment with what is declared, and use every tier for real",
        description="Compares live settings with the declaration and the environment, then reads and writes in every "
        "table, bucket and Redis shard. What it writes is named validation…, expires, and is removed at the end.",
        epilog=exit_codes(good="nothing failed; checks may be skipped, with the reason", bad="a check failed or broke"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("environment", nargs="?", help=f"one of: {', '.join(names())}")
    run.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="TIER|GLOB",
        help="run a part: platform, dynamodb, s3, redis, backup, or check ids such as 's3.*'; may be repeated",
    )
    run.add_argument("--list", action="store_true", help="print the checks instead of running them")
    run.add_argument("--report", type=Path, metavar="DIR", help="write report.json, report.xml (JUnit) and report.html")
    run.add_argument(
        "--inside-vpc",
        action="store_true",
        help="this machine is in the VPC, so a Redis that cannot be reached is a failure and not skipped",
    )
    run.set_defaults(command=lambda options: _run(run, options))


def run_checks(
    environment: str, *, only: Sequence[str], report: Path | None, inside_vpc: bool, console: Console
) -> int:
    """Validate an environment, print what was found and write reports; 0 where nothing failed, else 1.

    Raises `CouldNotRun` or `environments.UnusableEnvironment`.
    """
    checks = selected(only)
    context = deployed_context(environment, inside_vpc=inside_vpc)
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
    # Titles may wrap; an id that was cut short could not be asked for.
    table = Table(Column("Check", no_wrap=True), Column("Severity", no_wrap=True), "What", box=None)
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


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    console = Console()
    if options.list:
        return list_checks(only=options.only, console=console)
    if options.environment is None:
        parser.error("name the environment, or give --list")
    return run_checks(
        options.environment,
        only=options.only,
        report=options.report,
        inside_vpc=options.inside_vpc,
        console=console,
    )
