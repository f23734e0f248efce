"""What the commands of validation have in common."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final, TypeAlias

INTERRUPTED: Final = 130
"""Exit code of a command that was interrupted, as shells have it."""

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
"""Where a command adds itself."""


def exit_codes(*, good: str, bad: str) -> str:
    """The end of a command's help."""
    return f"""\
exit codes:
  0    {good}
  1    {bad}
  2    could not run: unknown environment, sandbox not running, no credentials, wrong account, not deployed, …
  {INTERRUPTED}  interrupted"""


def number(kind: type[int] | type[float], *, at_least: float, at_most: float) -> Callable[[str], float]:
    """A parser of numbers within limits."""

    def parse(text: str) -> float:
        try:
            given = kind(text)
        except ValueError:
            given = None
        if given is None or not at_least <= given <= at_most:
            raise argparse.ArgumentTypeError(f"{text!r} is not allowed; give {at_least:g} to {at_most:g}")
        return given

    return parse
