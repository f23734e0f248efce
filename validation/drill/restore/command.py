"""`python -m validation drill restore`."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from environments import names
from validation.command_line import Commands, exit_codes, number
from validation.drill import report as drill_report
from validation.drill.conversation import confirm, telling
from validation.drill.measurement import passed
from validation.drill.restore.drill import run_restore
from validation.drill.restore.measurement import verdicts
from validation.drill.restore.report import restore_document
from validation.drill.restore.stage import Settings, set_stage
from validation.preflight import deployed_context
from validation.report import files
from validation.subject import subject


def add_to(drills: Commands) -> None:
    """Add `restore` to the drills of the command line."""
    defaults = Settings()
    parser = drills.add_parser(
        "restore",
        help="restore a table and an object beside those in use, and compare",
        description="""\
Writes items into a table, overwrites and deletes some of them, restores the table to the moment between into a new
table, and compares that item by item, and its keys, indexes and encryption with the declaration. Does the same with an
object and its versions. Removes everything it made, also when it is interrupted. The environment's `restore` section
holds the limits.

On AWS a restore takes from ten minutes to hours and costs 0.15 USD for each GB of the table. On the sandbox changes are
taken back from the table's stream, so that a table without one cannot be restored to a moment.""",
        epilog=exit_codes(good="everything came back within the limits", bad="something did not, or too late"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("environment", help=f"one of: {', '.join(names())}")
    parser.add_argument("--table", default=defaults.table, help="declared table (default: %(default)s)")
    parser.add_argument("--bucket", default=defaults.bucket, help="declared bucket (default: %(default)s)")
    parser.add_argument(
        "--items",
        type=number(int, at_least=3, at_most=3000),
        default=defaults.items,
        metavar="N",
        help="items that are written, 3 to 3000 (default: %(default)s)",
    )
    parser.add_argument("--report", type=Path, metavar="DIR", help="write drill-restore.json and renew report.html")
    parser.add_argument("--yes", action="store_true", help="do not ask before a production environment is written to")
    parser.set_defaults(command=_restore)


def _restore(options: argparse.Namespace) -> int:
    settings = Settings(table=options.table, bucket=options.bucket, items=options.items)
    return restore(options.environment, settings, report=options.report, assume_yes=options.yes, console=Console())


def restore(environment: str, settings: Settings, *, report: Path | None, assume_yes: bool, console: Console) -> int:
    """Run the drill, print and write what it measured; 0 where everything came back within the limits, else 1.

    Raises `CouldNotRun`, `environments.UnusableEnvironment`, or KeyboardInterrupt after the report of a drill that was
    interrupted.
    """
    context = deployed_context(environment)
    stage = set_stage(context, settings)
    if context.environment.production and not assume_yes:
        confirm(context, f"write to {stage.table} and {stage.bucket}, and restore the former to {stage.copy}")
    limits = context.environment.restore
    most = limits.restorable_after_seconds + limits.recovery_seconds
    console.print(
        f"restoring {stage.table} and an object of {stage.bucket}, which may take up to {most:g} s",
        highlight=False,
        soft_wrap=True,
    )
    with telling(console, "writing") as tell:
        measurement = run_restore(context, stage, settings, tell=tell)
    judged = verdicts(measurement, limits)
    document = restore_document(subject(context), stage, measurement, judged)
    drill_report.show(document, console, timeline=console.is_terminal)
    if report is not None:
        page = files.write_drill(report, document, name=files.RESTORE)
        console.print(f"Report: {page}", markup=False, highlight=False, soft_wrap=True)
    if measurement.interrupted:
        raise KeyboardInterrupt
    return 0 if passed(judged) else 1
