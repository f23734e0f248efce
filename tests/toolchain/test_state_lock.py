from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from toolchain import paths, processes, stack_history, state_lock
from toolchain.state_lock import Lock

# What Terraform 1.11 answers to `force-unlock` with a wrong id.
ANSWER = """\
Failed to unlock state: lock ID 'unknown' does not match the existing lock ID '074e1aad-8449-c387-300d-795a082ef22c'
Lock Info:
  ID:        074e1aad-8449-c387-300d-795a082ef22c
  Path:      state/prod.tfstate
  Operation: OperationTypeApply
  Who:       {who}
  Version:   1.11.4
  Created:   {created} +0000 UTC
  Info:
"""
BEGAN = datetime(2026, 11, 22, 15, 46, 56, 700_000, tzinfo=UTC)
LOCK = Lock(id="074e1aad-8449-c387-300d-795a082ef22c", who="ann@host", created=BEGAN.replace(microsecond=0))


def test_a_lock_is_read_from_terraforms_answer() -> None:
    assert Lock.parse(ANSWER.format(who="ann@host", created="2026-11-22 15:46:56.984214884")) == LOCK


@pytest.mark.parametrize("answer", ["", "Local state cannot be unlocked by another process", "Lock Info:\n  ID: 1\n"])
def test_no_lock_is_read_where_none_is_described(answer: str) -> None:
    assert Lock.parse(answer) is None


def test_ones_own_lock_of_an_unfinished_run_is_abandoned_when_no_terraform_runs() -> None:
    assert LOCK.is_abandoned(me="ann@host", since=BEGAN, terraform_runs=False)


@pytest.mark.parametrize(
    ("me", "since", "terraform_runs"),
    [
        ("bob@host", BEGAN, False),
        ("ann@other-host", BEGAN, False),
        ("ann@host", BEGAN + timedelta(seconds=1), False),
        ("ann@host", BEGAN, True),
    ],
)
def test_a_lock_whose_owner_may_live_is_not_abandoned(me: str, since: datetime, *, terraform_runs: bool) -> None:
    assert not LOCK.is_abandoned(me=me, since=since, terraform_runs=terraform_runs)


class Terraform:
    """Stands in for a Terraform whose state is locked, and tells with which ids it was asked to release the lock."""

    def __init__(self, folder: Path, *, who: str) -> None:
        self.asked = folder / "asked"
        answer = folder / "answer"
        answer.write_text(ANSWER.format(who=who, created=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"))
        executable = folder / "terraform"
        executable.write_text(f'#!/bin/sh\nfor id; do :; done; echo "$id" >>{self.asked}; cat {answer}\n')
        executable.chmod(0o755)
        self.environment = {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}

    def ids(self) -> list[str]:
        return self.asked.read_text().split() if self.asked.exists() else []


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The name under which this user's Terraform takes locks, on a host where none runs."""
    monkeypatch.setattr(processes, "any_named", lambda _name: False)
    monkeypatch.setattr(paths, "RUN", tmp_path)
    monkeypatch.setattr(paths, "STACKS", paths.ROOT / "cdktf.out" / "stacks")
    return state_lock._me()


def test_the_lock_of_an_unfinished_run_is_released(
    tmp_path: Path, mine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stack_history.begin("prod")
    terraform = Terraform(tmp_path, who=mine)
    state_lock.release_abandoned("prod", environment=terraform.environment)
    assert terraform.ids() == ["unknown", LOCK.id]
    assert "Releasing the lock that a killed run left on the state of prod" in capsys.readouterr().out


@pytest.mark.usefixtures("mine")
def test_the_lock_of_somebody_else_is_kept_and_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack_history.begin("prod")
    terraform = Terraform(tmp_path, who="somebody@else")
    state_lock.release_abandoned("prod", environment=terraform.environment)
    assert terraform.ids() == ["unknown"]
    output = capsys.readouterr().out
    assert "is locked by somebody@else since" in output
    assert f"terraform -chdir=cdktf.out/stacks/prod force-unlock {LOCK.id}" in output


def test_after_a_finished_run_nothing_is_asked(tmp_path: Path, mine: str) -> None:
    terraform = Terraform(tmp_path, who=mine)
    stack_history.begin("prod")
    stack_history.succeed("prod", command="deploy")
    state_lock.release_abandoned("prod", environment=terraform.environment)
    assert terraform.ids() == []
