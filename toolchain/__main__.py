"""`python3 -m toolchain`: installs what the project needs."""

from __future__ import annotations

import argparse
import sys

from toolchain import prerequisites
from toolchain.errors import ToolchainError


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 2 could not run."""
    parser = argparse.ArgumentParser(prog="python3 -m toolchain", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(
        "install", help="install the pinned tools into .venv, node_modules and build; quick when done"
    )
    given = parser.parse_args(arguments)
    try:
        prerequisites.check_python(
            sys.version_info[:3], has_ensurepip=prerequisites.this_python_has_ensurepip()
        )
        return _COMMANDS[given.command]()
    except ToolchainError as error:
        print(f"toolchain: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _install() -> int:
    from toolchain.installation import install

    install()
    return 0


_COMMANDS = {"install": _install}

if __name__ == "__main__":
    sys.exit(main())
