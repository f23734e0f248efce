"""The command line of validation."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import redis
from botocore.exceptions import BotoCoreError, ClientError
from redis.exceptions import RedisClusterException
from rich.console import Console

import environments
from validation.drill.failover import Settings
from validation.drill.trigger import Trigger
from validation.drill_command import failover
from validation.errors import CouldNotRun
from validation.framework.runner import cause
from validation.run_command import list_checks, run_checks

INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(options.command(options))
    except (CouldNotRun, environments.UnusableEnvironment) as error:
        print(f"could not run: {error}", file=sys.stderr)
        return 2
    except (BotoCoreError, ClientError, redis.RedisError, RedisClusterException) as error:
        print(f"could not run: {cause(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation", description=__doc__, epilog="Each command has its own --help."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    _add_run(commands)
    drills = commands.add_parser("drill", help="break something on purpose and measure what clients notice")
    _add_failover(drills.add_subparsers(required=True, metavar="drill"))
    return parser


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = commands.add_parser(
        "run",
        help="compare a deployed environment with what is declared, and use every tier for real",
        description="Compares live settings with the declaration and the environment, then reads and writes in every "
        "table, bucket and Redis shard. What it writes is named validation…, expires, and is removed at the end.",
        epilog=_exit_codes(
            good="nothing failed; checks may be skipped, with the reason", bad="a check failed or broke"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("environment", nargs="?", help=f"one of: {', '.join(environments.names())}")
    run.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="TIER|GLOB",
        help="run a part: platform, dynamodb, s3, redis, or check ids such as 's3.*'; may be repeated",
    )
    run.add_argument("--list", action="store_true", help="print the checks instead of running them")
    run.add_argument("--report", type=Path, metavar="DIR", help="write report.json, report.xml (JUnit) and report.html")
    run.add_argument(
        "--inside-vpc",
        action="store_true",
        help="this machine is in the VPC, so a Redis that cannot be reached is a failure and not skipped",
    )
    run.set_defaults(command=lambda options: _run(run, options))


def _add_failover(drills: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    defaults = Settings()
    failover_ = drills.add_parser(
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
        epilog=_exit_codes(good="every limit was kept", bad="a limit was broken"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    failover_.add_argument("environment", help=f"one of: {', '.join(environments.names())}")
    failover_.add_argument("--shard", default=defaults.shard, help="node group id (default: %(default)s)")
    failover_.add_argument(
        "--trigger",
        type=Trigger,
        choices=list(Trigger),
        default=defaults.trigger,
        help="how the primary is made to fail (default: %(default)s)",
    )
    failover_.add_argument(
        "--writers",
        type=_number(int, at_least=2, at_most=64),
        default=defaults.writers,
        metavar="N",
        help="clients that write to the shard, half of them with WAIT, 2 to 64 (default: %(default)s)",
    )
    failover_.add_argument(
        "--rate",
        type=_number(float, at_least=1, at_most=1000),
        default=defaults.per_second,
        metavar="N",
        help="writes a second of each of them, 1 to 1000 (default: %(default)s)",
    )
    failover_.add_argument("--report", type=Path, metavar="DIR", help="write drill-failover.json and renew report.html")
    failover_.add_argument("--yes", action="store_true", help="do not ask before a production environment is disturbed")
    failover_.set_defaults(command=_failover)


def _failover(options: argparse.Namespace) -> int:
    settings = Settings(shard=options.shard, trigger=options.trigger, writers=options.writers, per_second=options.rate)
    return failover(options.environment, settings, report=options.report, assume_yes=options.yes, console=Console())


def _exit_codes(*, good: str, bad: str) -> str:
    return f"""\
exit codes:
  0    {good}
  1    {bad}
  2    could not run: unknown environment, sandbox not running, no credentials, wrong account, not deployed, …
  {INTERRUPTED}  interrupted"""


def _number(kind: type[int] | type[float], *, at_least: float, at_most: float) -> Callable[[str], float]:
    """A parser of numbers within limits."""

    def parse(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = None
        if number is None or not at_least <= number <= at_most:
            raise argparse.ArgumentTypeError(f"{text!r} is not allowed; give {at_least:g} to {at_most:g}")
        return number

    return parse


def _run(parser: argparse.ArgumentParser, options: argparse.Namespace) -> int:
    console = Console()
    if options.list:
        return list_checks(only=options.only, console=console)
    if options.environment is None:
        parser.error("name the environment, or give --list")
    return run_checks(
        options.environment,
        only=options.only,
        report=options.report,
        inside_vpc=options.inside_vpc,
        console=console,
    )


if __name__ == "__main__":
    sys.exit(main())
