"""A stack moves to and from the sandbox without a question; on AWS Terraform asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from toolchain.backend import init_options

RECONFIGURED = {"TF_CLI_ARGS_init": "-reconfigure"}
ON_AWS = {"type": "s3", "config": {"bucket": "tierstore-prod-333333333333-state", "endpoints": None}}
AT_THE_SANDBOX = {"type": "s3", "config": {"endpoints": {"s3": "https://127.0.0.1:41234"}}}
IN_A_FILE = {"type": "local", "config": {"path": "/somewhere/local.tfstate"}}


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """The folder of a stack in which Terraform has never run."""
    return tmp_path


def remember(stack: Path, backend: dict[str, Any]) -> None:
    (stack / ".terraform").mkdir()
    (stack / ".terraform" / "terraform.tfstate").write_text(json.dumps({"version": 3, "backend": backend}))


@pytest.mark.parametrize("backend", [AT_THE_SANDBOX, IN_A_FILE], ids=["bucket", "file"])
def test_a_state_at_the_sandbox_is_left_behind(stack: Path, backend: dict[str, Any]) -> None:
    remember(stack, backend)

    assert init_options(stack, variables={}) == RECONFIGURED


def test_a_stack_goes_from_aws_to_the_sandbox_when_it_is_pointed_there(stack: Path) -> None:
    remember(stack, ON_AWS)

    assert init_options(stack, variables={"TIERSTORE_TARGET": "sandbox"}) == RECONFIGURED


def test_a_state_on_aws_is_never_left_behind_silently(stack: Path) -> None:
    remember(stack, ON_AWS)

    assert init_options(stack, variables={}) == {}


def test_a_stack_without_a_past_needs_nothing(stack: Path) -> None:
    assert init_options(stack, variables={}) == {}


def test_what_cannot_be_read_counts_as_no_past(stack: Path) -> None:
    (stack / ".terraform").mkdir()
    (stack / ".terraform" / "terraform.tfstate").write_text("{")

    assert init_options(stack, variables={}) == {}
