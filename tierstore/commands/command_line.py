"""What all commands have in common: an environment, lines that tell how far the work is, and exit codes."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from tierstore.errors import StorageError

if TYPE_CHECKING:
    from tierstore.storage import Storage

DONE: Final = 0
NOT_FINISHED: Final = 1
COULD_NOT_RUN: Final = 2
_SECONDS_BETWEEN_LINES: Final = 1.0

Run: TypeAlias = Callable[[argparse.Namespace], int]
"""Carries a command out; the exit code."""


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Add the arguments by which the environment is found."""
    parser.add_argument("environment", help="name of the deployed environment, such as dev")
    parser.add_argument(
        "--prefix",
        default="tierstore",
        help="of the names of deployed resources, as set in the environment's YAML (default: %(default)s)",
    )
    parser.add_argument("--region", help="AWS region (default: that of the AWS configuration)")


@contextmanager
def connected(arguments: argparse.Namespace, *, persona: str | None = None) -> Iterator[Storage]:
    """The storage of the environment, closed afterwards; `persona` is that of the process unless given."""
    from tierstore.storage import Storage  # noqa: PLC0415 - a command that prints the model needs no storage

    with Storage.connect(
        arguments.environment, prefix=arguments.prefix, region=arguments.region, persona=persona
    ) as storage:
        yield storage


def carry_out(run: Run, arguments: argparse.Namespace) -> int:
    """Run a command; an error is told in a line, and so is what to do after an interruption."""
    try:
        return run(arguments)
    except (StorageError, OSError) as error:
        print(f"tierstore: {type(error).__name__}: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("tierstore: interrupted; the same command again goes on", file=sys.stderr)
    return COULD_NOT_RUN


class Progress:
    """Prints sums to the standard error stream, at most one line a second."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._next = 0.0

    def __call__(self, sums: Mapping[str, int]) -> None:
        """Tell the sums so far."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS_BETWEEN_LINES
            print(f"{self._what}: {in_words(sums)}", file=sys.stderr, flush=True)


def in_words(sums: Mapping[str, int]) -> str:
    """Sums in one line."""
    return ", ".join(f"{count:,} {what}" for what, count in sums.items() if count) or "nothing"
