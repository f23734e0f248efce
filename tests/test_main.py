from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import paths

Run = Callable[[str | None], subprocess.CompletedProcess[str]]


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture
def run(tmp_path: Path, output: Path) -> Run:
    """Runs the application for the environment of a name, where no sandbox runs."""

    def run(environment: str | None) -> subprocess.CompletedProcess[str]:
        variables = {
            **os.environ,
            "CDKTF_OUTDIR": str(output),
            "TIERSTORE_ENVIRONMENT": environment or "",
            "TIERSTORE_SANDBOX_DIRECTORY": str(tmp_path),
        }
        return subprocess.run(
            [sys.executable, "main.py"], cwd=paths.ROOT, env=variables, check=False, capture_output=True, text=True
        )

    return run


def stacks(output: Path) -> set[str]:
    return {folder.name for folder in (output / "stacks").iterdir()} if output.exists() else set()


def test_one_environment_does_not_pay_for_the_others(run: Run, output: Path) -> None:
    assert run("prod").returncode == 0
    assert stacks(output) == {"prod", "bootstrap-prod"}


def test_without_a_name_every_environment_is_synthesized_that_can_be(run: Run, output: Path) -> None:
    process = run(None)

    assert process.returncode == 0
    assert stacks(output) == {f"{prefix}{name}" for prefix in ("", "bootstrap-") for name in ("dev", "staging", "prod")}
    assert process.stderr.startswith("local is left out: the sandbox is not running")


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ("production", "environment production: unknown, allowed dev, local, prod or staging"),
        ("local", "the sandbox is not running"),
    ],
)
def test_what_cannot_be_synthesized_is_one_line_and_leaves_nothing(
    run: Run, output: Path, environment: str, reason: str
) -> None:
    process = run(environment)

    assert process.returncode == 2
    assert process.stderr.startswith(reason)
    assert process.stderr.count("\n") == 1
    assert stacks(output) == set()
