"""`python -m tierstore`: prints the data model as a page in Markdown, or carries out an operator's command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tierstore.commands import backfill, personal_data
from tierstore.declaration.document import render_document
from tierstore.model import DATA_MODEL


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command; the exit code."""
    parsed = command_line().parse_args(arguments)
    code: int = parsed.run(parsed)
    return code


def command_line() -> argparse.ArgumentParser:
    """The parser of all commands; what it parses has `run`, which carries it out."""
    parser = argparse.ArgumentParser(
        prog="python -m tierstore",
        description="Without a command, print the data model (tables, keys, access patterns, cost) as Markdown, as in "
        "docs/data-model.md. The commands work on a deployed environment, with the AWS credentials of whoever runs "
        "them.",
        epilog="docs/data-lifecycle.md explains the commands.",
    )
    parser.set_defaults(run=_print_model)
    commands = parser.add_subparsers(title="commands", metavar="<command>")
    personal_data.add_commands(commands)
    backfill.add_command(commands, DATA_MODEL.entities)
    return parser


def _print_model(_: argparse.Namespace) -> int:
    print(render_document(DATA_MODEL), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
