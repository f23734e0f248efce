"""The report on the terminal: live progress while checks run, then a table; plain lines where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from validation.framework.result import Result, Status
from validation.report.document import SYMBOLS, Document, comparison

_STYLES = {
    Status.PASSED: "green",
    Status.FAILED: "bold red",
    Status.SKIPPED: "yellow",
    Status.ERROR: "bold magenta",
}


@contextmanager
def progress(console: Console, total: int) -> Iterator[Callable[[Result], None]]:
    """Show how far a run is, on a terminal only; yields the function to call with each result."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("validating", total=total)
        unwell = 0

        def advance(result: Result) -> None:
            nonlocal unwell
            unwell += result.status in (Status.FAILED, Status.ERROR)
            noted = f"[bold red]{unwell} failed[/] · " if unwell else ""
            bar.update(task, advance=1, description=f"{noted}{escape(result.check)}")

        yield advance


def show(report: Document, console: Console) -> None:
    """Print what a run found, grouped by tier, then the totals."""
    if console.is_terminal:
        console.print(_table(report))
        console.print(f"[bold]{escape(totals(report))}[/]", highlight=False)
    else:
        console.print("\n".join([*_lines(report), totals(report)]), markup=False, highlight=False, soft_wrap=True)


def totals(report: Document) -> str:
    """The counts in one sentence."""
    counts = ", ".join(f"{count} {status}" for status, count in report["summary"].items())
    return f"{report['environment']} ({report['target']}, {report['region']}): {counts} in {report['seconds']} s"


def _table(report: Document) -> Table:
    table = Table(title=f"Validation of {report['environment']}", title_justify="left", box=SIMPLE_HEAD)
    table.add_column()
    table.add_column("Check", no_wrap=True)
    table.add_column("What")
    table.add_column("Result")
    for tier, checks in groupby(report["checks"], key=lambda check: str(check["tier"])):
        table.add_section()
        table.add_row("", f"[bold]{tier}[/]", "", "")
        for check in checks:
            status = Status(check["status"])
            table.add_row(
                f"[{_STYLES[status]}]{SYMBOLS[status]}[/]",
                escape(check["id"]),
                escape(check["title"]),
                escape("\n".join(_outcome(check))),
            )
    return table


def _lines(report: Document) -> Iterator[str]:
    for check in report["checks"]:
        first, *others = _outcome(check)
        yield f"{check['status']:8} {check['id']:32} {first}"
        yield from (f"{'':42}{line}" for line in others)


def _outcome(check: Document) -> list[str]:
    """The resources that passed in one line, then a line for each thing that did not."""
    lines = []
    passed = [result["resource"] for result in check["results"] if result["status"] == Status.PASSED]
    if passed:
        lines.append(", ".join(passed))
    for result in check["results"]:
        where = f"{result['status']} {result['resource']}"
        lines.extend(f"{where}: {comparison(finding)}" for finding in result["findings"] if not finding["passed"])
        if result["reason"]:
            lines.append(f"{where}: {result['reason']}")
    return lines
