"""Installs the pinned tools, and runs the main job: AWS on this machine, deployed and proven."""

from __future__ import annotations

import argparse
import importlib
import sys

from toolchain import prerequisites
from toolchain.errors import ToolchainError

# Modules are imported when they run, so that an old Python reads no more than the check that refuses it.
_COMMANDS = {
    "install": ("toolchain.installation", "install the pinned tools into .venv, node_modules and build"),
    "up": ("toolchain.local", "start the sandbox, deploy `local`, validate it, fail a Redis primary over"),
    "down": ("toolchain.local", "destroy `local` and stop the sandbox"),
    "checkov": ("toolchain.checkov", "install Checkov, which the review of a plan then runs too"),
    "lock": ("toolchain.locking", "renew the lock files, for maintainers: run it after editing dependencies"),
}
_EXIT_CODES = "Exit codes: 0 done; 1 a check failed; 2 could not run, with the reason; 128 + n ended by signal n."


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="python3 -m toolchain", description=__doc__, epilog=_EXIT_CODES)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (_, summary) in _COMMANDS.items():
        commands.add_parser(name, help=summary, description=summary, epilog=_EXIT_CODES)
    name = parser.parse_args(arguments).command
    try:
        prerequisites.check_python(sys.version_info[:3], has_ensurepip=prerequisites.this_python_has_ensurepip())
        module = importlib.import_module(_COMMANDS[name][0])
        return int(getattr(module, name)() or 0)
    except ToolchainError as error:
        print(f"toolchain: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ntoolchain: interrupted; run it again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
