"""What no package index can install: Python and Terraform, checked before anything else happens.

Runs under any Python 3, so that an old one gets a clear message instead of a syntax error.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from toolchain.errors import ToolchainError

PYTHON_MINIMUM = (3, 11)
# The first Terraform whose S3 backend locks state natively (`use_lockfile`).
TERRAFORM_MINIMUM = (1, 10, 0)


def check_python(version: tuple[int, ...], *, has_ensurepip: bool) -> None:
    """Raise ToolchainError unless this Python can create the virtual environment."""
    if version[:2] < PYTHON_MINIMUM:
        raise ToolchainError(
            f"Python {dotted(version)} at {sys.executable} is too old: {dotted(PYTHON_MINIMUM)} or newer is needed. "
            "Install one and run again, for example `make up PYTHON=python3.11`."
        )
    if not has_ensurepip:
        package = f"python{dotted(version[:2])}-venv"
        raise ToolchainError(
            f"Python {dotted(version)} at {sys.executable} lacks the venv and ensurepip modules, which are needed. "
            f"Install them (Debian and Ubuntu: `apt-get install {package}`) and run again."
        )


def this_python_has_ensurepip() -> bool:
    """Tell whether this interpreter can create a virtual environment with pip in it."""
    return all(importlib.util.find_spec(name) is not None for name in ("venv", "ensurepip"))


def find_terraform() -> Path:
    """Return the Terraform executable on PATH; raise ToolchainError where there is none."""
    found = shutil.which("terraform")
    if found is None:
        raise ToolchainError(
            f"Terraform is not on PATH: version {dotted(TERRAFORM_MINIMUM)} or newer is needed. "
            "Install it from https://developer.hashicorp.com/terraform/install and run again."
        )
    return Path(found)


def check_terraform(executable: Path) -> None:
    """Raise ToolchainError unless the executable is a Terraform that is new enough."""
    version = terraform_version(executable)
    if version < TERRAFORM_MINIMUM:
        raise ToolchainError(
            f"Terraform {dotted(version)} at {executable} is too old: {dotted(TERRAFORM_MINIMUM)} or newer is needed. "
            "Install one from https://developer.hashicorp.com/terraform/install and put it first on PATH."
        )


def terraform_version(executable: Path) -> tuple[int, ...]:
    """Return the version that `terraform version` reports; raise ToolchainError where it reports none."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    try:
        answer = subprocess.run(
            [executable, "version", "-json"],
            env={**environment, "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        given = json.loads(answer)["terraform_version"]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise ToolchainError(
            f"`{executable} version -json` gave no version ({type(error).__name__}): "
            f"Terraform {dotted(TERRAFORM_MINIMUM)} or newer is needed. Reinstall it and run again."
        ) from error
    return tuple(int(number) for number in re.findall(r"\d+", str(given))[:3])


def dotted(version: tuple[int, ...]) -> str:
    """Write a version tuple as people do: `(1, 10, 0)` is `1.10.0`."""
    return ".".join(str(number) for number in version)
