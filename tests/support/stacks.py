"""Stacks as tests hand them to Terraform."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, Final

from environments import Deployment
from modules.app import build_app
from tests.support.deployed import Deployed
from toolchain.terraform import pin_provider

STACK: Final = "cdk.tf.json"

PARALLEL: Final = "-parallelism=30"
"""The sandbox throttles nobody, and most of a change is waiting."""


def synthesize(deployment: Deployment, output: Path, *, sandbox_directory: Path, stack: str | None = None) -> Deployed:
    """A stack of a deployment, ready for `terraform init`."""
    build_app([deployment], output=output).synth()
    name = stack or deployment.environment.name
    directory = output / "stacks" / name
    pin_provider(directory)
    return Deployed(name=name, sandbox_directory=sandbox_directory, stack_directory=directory)


def become(stack: Deployed, other: Deployed) -> None:
    """Give a stack the configuration of another, so that it need not be initialized again."""
    shutil.copyfile(other.stack_directory / STACK, stack.stack_directory / STACK)


def said(process: CompletedProcess[str]) -> str:
    """Everything that Terraform said."""
    return f"{process.stdout}\n{process.stderr}"


def done(stack: Deployed, *arguments: str, codes: Iterable[int] = (0,)) -> CompletedProcess[str]:
    """Run Terraform; where it ends with another code, fail with what it said last."""
    finished = stack.terraform(*arguments)
    assert finished.returncode in codes, (
        f"terraform {' '.join(arguments)} of {stack.name}:\n{finished.stdout[-2000:]}\n{finished.stderr[-4000:]}"
    )
    return finished


def apply(stack: Deployed) -> None:
    """Initialize and apply a stack."""
    done(stack, "init", "-input=false")
    done(stack, "apply", "-input=false", "-auto-approve", PARALLEL)


def plan_again(stack: Deployed) -> CompletedProcess[str]:
    """What a plan right after an apply finds; its code is 2 where that is a change."""
    return done(stack, "plan", "-input=false", "-detailed-exitcode", PARALLEL, codes=(0, 2))


def destroy(stack: Deployed) -> str:
    """Destroy what a plan has just found as its state says; returns what the state still lists."""
    done(stack, "destroy", "-input=false", "-auto-approve", "-refresh=false", PARALLEL)
    return done(stack, "state", "list").stdout


def plan_switch(stack: Deployed, to: Deployed) -> dict[str, Any]:
    """The JSON of a plan, left as the file `plan`, that gives a stack, found as its state says, other settings."""
    become(stack, to)
    done(stack, "plan", "-input=false", "-refresh=false", "-out=plan")
    document: dict[str, Any] = json.loads(done(stack, "show", "-json", "plan").stdout)
    return document
