"""`python -m validation drill failover`, and where the other drill is added."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from environments import names
from validation.command_line import Commands, exit_codes, number
from validation.drill import report as drill_report
from validation.drill.conversation import confirm, telling
from validation.drill.failover import WARM_UP_SECONDS, run_drill
from validation.drill.measurement import passed, verdicts
from validation.drill.restore import command as restore_command
from validation.drill.stage import Settings, set_stage
from validation.drill.trigger import Trigger
from validation.preflight import deployed_context
from validation.report import files
from validation.subject import subject


def add_to(commands: Commands) -> None:
    """Add `drill failover` to the command line."""
    drill = commands.add_parser("drill", help="break something on purpose and measure what clients notice")
    drills = drill.add_subparsers(required=True, metavar="drill")
    defaults = Settings()
    parser = drills.add_parser(
        "failover",
        help="fail a Redis primary over under load",
        description="""\
Writes to Redis without pause, makes the primary of one shard fail, and measures what clients notice: the longest time
without a successful write, failed operations, acknowledged writes that were lost (confirmed by WAIT, and not), and the
time until the replica is back. The environment's `failover` section holds the limits.

triggers:
  api            ElastiCache's TestFailover, on AWS and on the sandbox (AWS allows 15 shards in 24 hours)
  graceful       sandbox only: the primary hands over in order
  kill           sandbox only: the primary's process is killed
  kill-lagging   sandbox only: killed just after its replicas were cut off, so that writes without WAIT are lost""",
        epilog=exit_codes(good="every limit was kept", bad="a limit was broken"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("environment", help=f"one of: {', '.join(names())}")
    parser.add_argument(
        "--group",
        default=defaults.group,
        metavar="NAME",
        help="separate replication group: session, cache, real-time (default: the main one)",
    )
    parser.add_argument("--shard", default=defaults.shard, help="node group id (default: %(default)s)")
    parser.add_argument(
        "--trigger",
        type=Trigger,
        choices=list(Trigger),
        default=defaults.trigger,
        help="how the primary is made to fail (default: %(default)s)",
    )
    parser.add_argument(
        "--writers",
        type=number(int, at_least=2, at_most=64),
        default=defaults.writers,
        metavar="N",
        help="clients that write to the shard, half of them with WAIT, 2 to 64 (default: %(default)s)",
    )
    parser.add_argument(
        "--rate",
        type=number(float, at_least=1, at_most=1000),
        default=defaults.per_second,
        metavar="N",
        help="writes a second of each of them, 1 to 1000 (default: %(default)s)",
    )
    parser.add_argument("--report", type=Path, metavar="DIR", help="write drill-failover.json and renew report.html")
    parser.add_argument("--yes", action="store_true", help="do not ask before a production environment is disturbed")
    parser.set_defaults(command=_failover)
    restore_command.add_to(drills)


def _failover(options: argparse.Namespace) -> int:
    settings = Settings(
        group=options.group,
        shard=options.shard,
        trigger=options.trigger,
        writers=options.writers,
        per_second=options.rate,
    )
    return failover(options.environment, settings, report=options.report, assume_yes=options.yes, console=Console())


def failover(environment: str, settings: Settings, *, report: Path | None, assume_yes: bool, console: Console) -> int:
    """Run the drill, print and write what it measured; 0 within the limits, else 1.

    Raises `CouldNotRun`, `environments.UnusableEnvironment`, or KeyboardInterrupt after the report of a drill that was
    interrupted.
    """
    context = deployed_context(environment, inside_vpc=True)
    stage = set_stage(context, settings)
    if context.environment.production and not assume_yes:
        confirm(context, f"fail shard {settings.shard} over")
    console.print(
        f"writing for {WARM_UP_SECONDS:g} s, then failing shard {settings.shard} over ({settings.trigger}), "
        f"which may take up to {context.environment.failover.recovery_seconds:g} s",
        highlight=False,
        soft_wrap=True,
    )
    with telling(console, "writing") as tell:
        measurement = run_drill(context, stage, settings, tell=tell)
    judged = verdicts(measurement, context.environment.failover)
    document = drill_report.drill_document(subject(context), measurement, judged, trigger=settings.trigger)
    drill_report.show(document, console, timeline=console.is_terminal)
    if report is not None:
        page = files.write_drill(report, document, name=files.FAILOVER)
        console.print(f"Report: {page}", markup=False, highlight=False, soft_wrap=True)
    if measurement.interrupted:
        raise KeyboardInterrupt
    return 0 if passed(judged) else 1
