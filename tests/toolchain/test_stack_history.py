from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from toolchain import paths, stack_history


@pytest.fixture(autouse=True)
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a checkout in which nothing has run yet."""
    monkeypatch.setattr(paths, "RUN", tmp_path)
    return tmp_path


def test_a_stack_without_runs_has_nothing_unfinished() -> None:
    assert stack_history.unfinished_since("prod") is None


def test_the_first_of_several_unfinished_runs_counts(run: Path) -> None:
    stack_history.begin("prod")
    for file in run.iterdir():
        os.utime(file, (1000, 1000))
    stack_history.begin("prod")
    assert stack_history.unfinished_since("prod") == datetime.fromtimestamp(1000, UTC)


@pytest.mark.parametrize("command", ["diff", "deploy", "destroy"])
def test_a_run_that_finishes_well_ends_what_was_unfinished(command: str) -> None:
    stack_history.begin("prod")
    stack_history.succeed("prod", command=command)
    assert stack_history.unfinished_since("prod") is None


def test_stacks_are_remembered_apart() -> None:
    stack_history.begin("prod")
    assert stack_history.unfinished_since("bootstrap-prod") is None


def test_a_stack_is_deployed_from_its_deployment_to_its_destruction() -> None:
    assert not stack_history.was_deployed("prod")
    stack_history.succeed("prod", command="deploy")
    stack_history.succeed("prod", command="diff")
    assert stack_history.was_deployed("prod")
    stack_history.succeed("prod", command="destroy")
    assert not stack_history.was_deployed("prod")
