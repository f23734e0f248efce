"""Runs the benchmarks: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Final

from rich.console import Console

from benchmarks import cache, dynamodb, synthesis
from benchmarks.result import Result, UnusableResult, render_json, render_table
from toolchain import paths

Say = Callable[[str], None]

BENCHMARKS: Final[dict[str, Callable[[Say], Iterator[Result]]]] = {
    "synth": synthesis.run,
    "dynamodb": dynamodb.run,
    "cache": cache.run,
}
"""By group, the first part of the names of its results."""

RECORD: Final = paths.BUILD / "bench.json"


def main() -> int:
    """Run the benchmarks that are asked for; return the exit code."""
    groups = _arguments().groups or list(BENCHMARKS)
    progress = Console(stderr=True)
    try:
        results = [result for group in groups for result in BENCHMARKS[group](progress.print)]
    except (UnusableResult, subprocess.CalledProcessError, OSError) as error:
        progress.print(f"could not measure: {error}")
        return 2
    except KeyboardInterrupt:
        progress.print("interrupted: nothing is recorded")
        return 2
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(render_json(results))
    Console().print(render_table(results))
    progress.print(f"recorded in {RECORD.relative_to(paths.ROOT)}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measures the project against the stock way of doing the same, both in one run; "
        "prints a table and writes build/bench.json.",
        epilog="Exit codes: 0 measured, 2 could not measure.",
    )
    parser.add_argument(
        "groups", nargs="*", metavar="group", help=f"any of {', '.join(BENCHMARKS)}; all of them without"
    )
    arguments = parser.parse_args()
    unknown = [group for group in arguments.groups if group not in BENCHMARKS]
    if unknown:
        parser.error(f"no benchmarks called {', '.join(unknown)}: choose from {', '.join(BENCHMARKS)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
