"""What a drill says on the terminal while it runs, and what it asks before."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from validation.context import Context
from validation.drill import report
from validation.drill.timeline import Moment
from validation.errors import CouldNotRun


@contextmanager
def telling(console: Console, beginning: str) -> Iterator[Callable[[Moment], None]]:
    """Show moments as they come: on a terminal the last one, since all follow in order; elsewhere line by line."""
    if not console.is_terminal:
        yield lambda moment: console.print(report.line(moment), markup=False, highlight=False, soft_wrap=True)
        return
    with console.status(beginning) as status:
        yield lambda moment: status.update(escape(report.line(moment)))


def confirm(context: Context, what: str) -> None:
    """Ask on the terminal before production is disturbed; raises `CouldNotRun` without a clear yes."""
    name = context.environment.name
    if not sys.stdin.isatty():
        raise CouldNotRun(f"{name} is a production environment: give --yes to {what}")
    answer = input(f"{name} is a production environment. Type its name to {what}: ")
    if answer.strip() != name:
        raise CouldNotRun(f"not confirmed: {name} was left alone")
