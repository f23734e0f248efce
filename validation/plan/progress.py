"""Tells how far a review is: one line that changes on a terminal, one line a step elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

Say = Callable[[str], None]


@contextmanager
def progress(console: Console, subject: str) -> Iterator[Say]:
    """Yields the function to call with what happens now: a step, and after a colon how far it is."""
    if console.is_terminal:
        with console.status(escape(subject)) as status:
            yield lambda what: status.update(f"{escape(subject)}: {escape(what)} …")
        return
    began, last = time.monotonic(), ""

    def say(what: str) -> None:
        nonlocal last
        step = what.partition(":")[0]
        if step != last:
            last = step
            seconds = f"{time.monotonic() - began:.0f} s"
            console.print(f"{subject}: {step} … ({seconds})", markup=False, highlight=False, soft_wrap=True)

    yield say
