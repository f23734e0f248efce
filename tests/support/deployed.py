"""An environment deployed for tests: a sandbox of their own, with CDKTF's configuration applied to it by Terraform.

Deploying takes a minute or more, so the whole test run shares one; whoever changes something there puts it back.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from environments.target import SANDBOX_DIRECTORY_VARIABLE, TARGET_VARIABLE, Deployment, load_target
from sandbox.elasticache.failover import QUOTA_VARIABLE
from toolchain.environment import terraform_environment
from toolchain.paths import ROOT


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A deployed environment."""

    name: str
    sandbox_directory: Path
    stack_directory: Path
    """Where its configuration lies and Terraform runs."""

    @property
    def variables(self) -> Mapping[str, str]:
        """What points a command at it."""
        return {SANDBOX_DIRECTORY_VARIABLE: str(self.sandbox_directory), TARGET_VARIABLE: "sandbox"}

    def load(self) -> Deployment:
        """The environment and its sandbox."""
        return load_target(self.name, variables=self.variables)

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Terraform on it; whoever calls looks at the exit code."""
        return subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.stack_directory,
            env={**terraform_environment(), **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def running_sandbox(directory: Path) -> Iterator[Path]:
    """A sandbox that runs in `directory` while the context is open, and nothing of it afterwards."""
    command = [sys.executable, "-m", "sandbox", "--directory", str(directory)]
    # A test run fails more shards over than AWS would allow.
    environment = {**os.environ, QUOTA_VARIABLE: "1000"}
    subprocess.run([*command, "up"], cwd=ROOT, env=environment, check=True, capture_output=True)
    try:
        yield directory
    finally:
        subprocess.run([*command, "down"], cwd=ROOT, check=True, capture_output=True)


def deploy(name: str, *, sandbox_directory: Path, output: Path) -> Deployed:
    """Synthesize the environment `name` into `output` and apply it to the sandbox; fails with Terraform's words."""
    deployed = Deployed(name=name, sandbox_directory=sandbox_directory, stack_directory=output / "stacks" / name)
    subprocess.run(
        [sys.executable, "main.py"],
        cwd=ROOT,
        env={
            **terraform_environment(),
            **deployed.variables,
            "TIERSTORE_ENVIRONMENT": name,
            "CDKTF_OUTDIR": str(output),
        },
        check=True,
        capture_output=True,
    )
    for step in (("init", "-input=false"), ("apply", "-input=false", "-auto-approve")):
        finished = deployed.terraform(*step)
        if finished.returncode != 0:
            pytest.fail(f"terraform {step[0]} of {name}:\n{finished.stdout[-2000:]}\n{finished.stderr[-4000:]}")
    return deployed


@pytest.fixture(scope="session")
def deployed_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The environment `local`, deployed once for the whole test run."""
    with running_sandbox(tmp_path_factory.mktemp("deployed-sandbox")) as directory:
        yield deploy("local", sandbox_directory=directory, output=tmp_path_factory.mktemp("cdktf"))
