"""`python -m validation cost`: estimates what an environment costs a month."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console

from validation.command_line import Commands, exit_codes
from validation.cost import terminal
from validation.cost.comparison import compare
from validation.cost.document import cost_document
from validation.cost.inventory import before
from validation.cost.measured import DAYS, Measured
from validation.cost.metrics import measure
from validation.files import write
from validation.plan.command import add_common, directory_of, obtain
from validation.plan.model import Plan
from validation.plan.progress import Say, progress
from validation.preflight import deployed_context

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
    parser.add_argument(
        "--measured",
        action="store_true",
        help=f"also ask CloudWatch for the use of the last {DAYS} days: which index nobody reads, which node would do",
    )
    parser.set_defaults(command=_command)


def _command(options: argparse.Namespace) -> int:
    return estimate_cost(options.environment, file=options.plan_json, is_measured=options.measured, console=Console())


def estimate_cost(name: str, *, file: Path | None, console: Console, is_measured: bool = False) -> int:
    """Print the estimate and leave its JSON; always 0.

    Raises `CouldNotRun` or `environments.UnusableEnvironment`.
    """
    with progress(Console(stderr=True), name) as say:
        environment, _, plan = obtain(name, file, say=say)
        measured = _measure(name, plan, say) if is_measured else None
    document = cost_document(compare(plan, environment, measured=measured))
    terminal.show(name, document, console)
    write(directory_of(name) / JSON, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return 0


def _measure(name: str, plan: Plan, say: Say) -> Measured:
    context = deployed_context(name)
    say(f"asking CloudWatch for the last {DAYS} days")
    return measure(context.clients.cloudwatch, before(plan), now=datetime.now(UTC))
