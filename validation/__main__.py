"""Reviews a plan before a deployment, and proves the environment after it: settings, data plane, failover."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

import redis
from botocore.exceptions import BotoCoreError, ClientError
from redis.exceptions import RedisClusterException

from environments import UnusableEnvironment
from validation import run_command
from validation.command_line import INTERRUPTED
from validation.cost import command as cost_command
from validation.drill import command as drill_command
from validation.errors import CouldNotRun
from validation.framework.result import Unmet
from validation.framework.runner import cause
from validation.plan import command as plan_command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(options.command(options))
    except (CouldNotRun, UnusableEnvironment, Unmet) as error:
        print(f"could not run: {error}", file=sys.stderr)
        return 2
    except (BotoCoreError, ClientError, redis.RedisError, RedisClusterException) as error:
        print(f"could not run: {cause(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m validation", description=__doc__, epilog="Each command has its own --help."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    plan_command.add_to(commands)
    cost_command.add_to(commands)
    run_command.add_to(commands)
    drill_command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
