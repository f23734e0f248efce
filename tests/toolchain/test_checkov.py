from __future__ import annotations

from pathlib import Path

import pytest

from toolchain import checkov, commands, installation, paths
from toolchain.processes import MARK_VARIABLE

Commands = list[list[str]]


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Commands:
    """The commands of an installation, which make nothing but Checkov's executable, in a checkout without stamps."""
    executable = tmp_path / "checkov"
    found: Commands = []

    def run(command: list[str | Path], **_: object) -> None:
        found.append([Path(command[0]).name, *map(str, command[1:])])
        executable.touch()

    monkeypatch.setattr(paths, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(paths, "RUN", tmp_path / "run")
    monkeypatch.setenv(MARK_VARIABLE, "")
    monkeypatch.setattr(checkov, "EXECUTABLE", executable)
    monkeypatch.setattr(checkov, "install_tools", lambda: None)
    monkeypatch.setattr(commands, "run", run)
    return found


def test_checkov_is_not_found_before_it_is_installed(ran: Commands) -> None:
    assert checkov.find() is None
    assert ran == []


def test_it_is_installed_by_its_own_lock_with_hashes_once(ran: Commands) -> None:
    checkov.checkov()
    checkov.checkov()

    assert [command[:3] for command in ran] == [["uv", "venv", "--clear"], ["uv", "pip", "sync"]]
    assert {"--require-hashes", str(paths.CHECKOV_LOCK)} <= set(ran[1])
    assert checkov.find() == checkov.EXECUTABLE


@pytest.mark.usefixtures("ran")
def test_another_lock_makes_it_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkov.checkov()
    other = tmp_path / "checkov.lock"
    other.write_text("checkov==99\n")
    monkeypatch.setattr(paths, "CHECKOV_LOCK", other)

    assert checkov.find() is None


def test_nothing_else_pulls_it_in() -> None:
    assert "\ncheckov==" not in paths.PACKAGES_LOCK.read_text()
    assert "checkov" not in {step.name for step in installation.plan_steps()}
