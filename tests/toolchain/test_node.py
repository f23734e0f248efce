from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from toolchain import node, paths
from toolchain.errors import ToolchainError


def test_node_is_the_program_itself() -> None:
    assert node.executable().read_bytes()[:4] in (b"\x7fELF", b"\xcf\xfa\xed\xfe")  # Linux, macOS


def test_npm_runs_on_that_node() -> None:
    answer = subprocess.run(node.npm("--version"), capture_output=True, text=True, check=True).stdout
    assert int(answer.split(".")[0]) >= 10


def test_cdktf_can_open_its_pseudo_terminal() -> None:
    # Binaries of it exist for some releases of Node only, and every deployment goes through it.
    program = (
        "require('@cdktf/node-pty-prebuilt-multiarch').spawn('true', [], {}).onExit(e => process.exit(e.exitCode))"
    )
    subprocess.run([node.executable(), "--eval", program], cwd=paths.ROOT, check=True, timeout=300)


def test_before_the_installation_there_is_no_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "VENV", tmp_path)
    with pytest.raises(ToolchainError, match="python3 -m toolchain install"):
        node.executable()
