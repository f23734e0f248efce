"""Installs Checkov, which checks a plan against known mistakes, into an environment of its own.

It pins an old boto3, so that it can't live in .venv, and nothing but the review of a plan needs it.
"""

from __future__ import annotations

from pathlib import Path

from toolchain import commands, paths
from toolchain.installation import Step, perform_alone
from toolchain.installation import install as install_tools

EXECUTABLE = paths.CHECKOV / "bin" / "checkov"
_PYTHON = paths.CHECKOV / "bin" / "python"
_UV = paths.VENV_BIN / "uv"


def checkov() -> None:
    """Bring Checkov to the version that its lock file names; silent where nothing is to do."""
    install_tools()
    perform_alone([_step()])


def find() -> Path | None:
    """Return Checkov's executable; None where it is not installed, or not as its lock file says."""
    return EXECUTABLE if _step().is_complete() else None


def _step() -> Step:
    return Step(
        name="checkov",
        title="Checkov",
        inputs=(str(paths.ROOT), paths.CHECKOV_LOCK.read_bytes()),
        outputs=(EXECUTABLE,),
        install=_install,
    )


def _install() -> None:
    commands.run(
        [_UV, "venv", "--clear", f"--python={paths.PYTHON}", paths.CHECKOV],
        log="checkov-environment",
        needs="nothing on the network",
    )
    commands.run(
        [_UV, "pip", "sync", "--require-hashes", f"--python={_PYTHON}", paths.CHECKOV_LOCK],
        log="checkov",
        needs="the Python package index",
    )
