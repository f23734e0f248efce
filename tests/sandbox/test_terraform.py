from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox.conftest import Sandbox
from toolchain import paths

SAMPLE = Path(__file__).parent / "terraform"
NO_CHANGES = 0

Terraform = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def terraform(sandbox: Sandbox, tmp_path: Path) -> Terraform:
    """Runs Terraform on the sample, against the sandbox."""
    for file in SAMPLE.glob("*.tf"):
        shutil.copy(file, tmp_path)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ACCESS_KEY_ID": sandbox.connection.access_key_id,
        "AWS_SECRET_ACCESS_KEY": sandbox.connection.secret_access_key,
        "AWS_CA_BUNDLE": str(sandbox.connection.ca_file),
        "AWS_EC2_METADATA_DISABLED": "true",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_CONFIG_FILE": str(paths.TERRAFORM_RC),
        "TF_IN_AUTOMATION": "1",
        "TF_VAR_endpoint": sandbox.connection.endpoint,
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *arguments, "-no-color", "-input=false"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.integration
@pytest.mark.slow
def test_every_resource_type_applies_plans_empty_and_is_destroyed(sandbox: Sandbox, terraform: Terraform) -> None:
    initialised = terraform("init")
    assert initialised.returncode == 0, initialised.stderr

    applied = terraform("apply", "-auto-approve")
    assert applied.returncode == 0, applied.stderr
    planned = terraform("plan", "-detailed-exitcode")
    assert planned.returncode == NO_CHANGES, planned.stdout
    assert len(sandbox.group("sample")["NodeGroups"]) == 3

    destroyed = terraform("destroy", "-auto-approve")
    assert destroyed.returncode == 0, destroyed.stderr
    assert not list(sandbox.directory.redis.glob("*.sample"))
