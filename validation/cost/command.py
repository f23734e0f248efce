"""`python -m validation cost`: estimates what an environment costs a month."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Final

from rich.console import Console

from validation.command_line import Commands, exit_codes
from validation.cost import terminal
from validation.cost.comparison import compare
from validation.cost.document import cost_document
from validation.plan.command import add_common, directory_of, obtain
from validation.plan.files import write
from validation.plan.progress import progress

JSON: Final = "cost.json"


def add_to(commands: Commands) -> None:
    """Add the command `cost` to the command line."""
    parser = commands.add_parser(
        "cost",
        help="estimate what an environment costs a month, and what a deployment would change about that",
        description="""\
Estimates the monthly cost of every resource in the environment's plan, from list prices with their date and source
(validation/cost/prices.yaml) and from the usage that the section `cost` of the environment's file assumes, which may
override prices too. What has no known price is said not to be included, never guessed.""",
        epilog="Leaves build/plan/<environment>/cost.json.\n\n" + exit_codes(good="estimated", bad="never given"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_common(parser)
    parser.set_defaults(command=_command)


def _command(options: argparse.Namespace) -> int:
    return estimate_cost(options.environment, file=options.plan_json, console=Console())


def estimate_cost(name: str, *, file: Path | None, console: Console) -> int:
    """Print the estimate and leave its JSON; always 0.

    Raises `CouldNotRun` or `environments.UnusableEnvironment`.
    """
    with progress(Console(stderr=True), name) as say:
        environment, _, plan = obtain(name, file, say=say)
    document = cost_document(compare(plan, environment))
    terminal.show(name, document, console)
    write(directory_of(name) / JSON, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return 0
