"""Terraform and the real provider are the judge of what is synthesized."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from subprocess import CompletedProcess
from typing import Final

import pytest
import yaml

import environments
from environments import Deployment, Environment, load_target
from environments.schema import (
    Autoscaled,
    BucketSettings,
    ChangeStream,
    CreatedNetwork,
    EncryptionSettings,
    ExistingNetwork,
    ImportSource,
    Provisioned,
    RedisScaling,
    RedisSettings,
    ReplicationGroupSettings,
    Scaled,
    ScaledShards,
    ScheduledRange,
    SeparateGroups,
    TableSettings,
)
from modules.app import build_app
from tests.support.deployed import Deployed, running_sandbox
from toolchain import paths
from toolchain.terraform import pin_provider

Plan = Callable[[Environment], CompletedProcess[str]]

SCALED: Final = Scaled(minimum=1, maximum=3)
SCHEDULED: Final = Scaled(
    minimum=5,
    maximum=50,
    schedule=(
        ScheduledRange(at="cron(0 7 ? * MON-FRI *)", time_zone="Europe/Berlin", minimum=20),
        ScheduledRange(at="cron(0 19 ? * MON-FRI *)", time_zone="Europe/Berlin", minimum=5),
    ),
)

# Everything that an environment of the repository leaves at its default, the other way round.
VARIANTS: Final[dict[str, dict[str, object]]] = {
    "somebody-elses-vpc": {
        "network": ExistingNetwork(
            kind="existing",
            vpc_id="vpc-0123456789",
            subnet_ids=("subnet-0123456781", "subnet-0123456782"),
            route_table_ids=("rtb-0123456789",),
        ),
        "redis": RedisSettings(
            engine="valkey",
            engine_version="7.2",
            port=7000,
            shards=1,
            separate=SeparateGroups(session=ReplicationGroupSettings(node_type="cache.t4g.medium")),
        ),
    },
    "provisioned-and-archived": {
        "network": CreatedNetwork(cidr=IPv4Network("10.99.0.0/20"), flow_logs=False),
        "tables": {
            "core": TableSettings(
                billing=Provisioned(mode="provisioned", read_capacity=40, write_capacity=20),
                point_in_time_recovery_days=0,
            ),
            "state": TableSettings(
                billing=Autoscaled(mode="autoscaled", read=SCHEDULED, write=SCALED),
                table_class="STANDARD_INFREQUENT_ACCESS",
                contributor_insights=True,
                readers=("arn:aws:iam::210987654321:role/analyst",),
                change_stream=ChangeStream(retention_hours=48),
                import_from=ImportSource(bucket="exports", compression="ZSTD"),
            ),
        },
        "redis": RedisSettings(
            node_type="cache.r7g.large",
            maxmemory_policy="noeviction",
            restore_from="nightly",
            autoscaling=RedisScaling(shards=ScaledShards(minimum=3, maximum=9), replicas=SCALED),
        ),
        "buckets": {
            "uploads": BucketSettings(versioning=False, intelligent_tiering_days=0, expiration_days=30),
            "backups": BucketSettings(archive_access_days=90, deep_archive_access_days=180),
        },
        "encryption": EncryptionSettings(administrators=("arn:aws:iam::123456789012:role/keys",)),
    },
}


def synthesize(deployment: Deployment, output: Path, *, sandbox_directory: Path, stack: str | None = None) -> Deployed:
    """A stack of a deployment, ready for `terraform init`."""
    build_app([deployment], output=output).synth()
    name = stack or deployment.environment.name
    directory = output / "stacks" / name
    pin_provider(directory)
    return Deployed(name=name, sandbox_directory=sandbox_directory, stack_directory=directory)


def said(process: CompletedProcess[str]) -> str:
    return f"{process.stdout}\n{process.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("stack", ["prod", "bootstrap-prod"])
def test_what_is_synthesized_for_aws_is_valid(stack: str, tmp_path: Path) -> None:
    on_aws = Deployment(environment=environments.load("prod"), sandbox=None)
    deployed = synthesize(on_aws, tmp_path / "output", sandbox_directory=tmp_path, stack=stack)

    initialized = deployed.terraform("init", "-backend=false", "-input=false")
    assert initialized.returncode == 0, said(initialized)
    validated = deployed.terraform("validate")

    assert validated.returncode == 0, said(validated)


@pytest.fixture(scope="module")
def sandbox_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where a sandbox of these tests' own runs."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as directory:
        yield directory


def variables(sandbox_directory: Path) -> dict[str, str]:
    return {"TIERSTORE_TARGET": "sandbox", "TIERSTORE_SANDBOX_DIRECTORY": str(sandbox_directory)}


@pytest.fixture
def plan(sandbox_directory: Path, tmp_path: Path) -> Plan:
    """Plans an environment at the sandbox, from nothing."""

    def plan(environment: Environment) -> CompletedProcess[str]:
        sandbox = load_target("local", variables=variables(sandbox_directory)).sandbox
        assert sandbox is not None
        here = environment.model_copy(update={"account": sandbox.account, "target": "sandbox", "state": "file"})
        deployed = synthesize(
            Deployment(environment=here, sandbox=sandbox), tmp_path, sandbox_directory=sandbox_directory
        )
        initialized = deployed.terraform("init", "-input=false")
        assert initialized.returncode == 0, said(initialized)
        return deployed.terraform("plan", "-input=false")

    return plan


@pytest.mark.integration
@pytest.mark.parametrize("name", ["dev", "staging"])
def test_every_environment_can_be_planned(plan: Plan, name: str) -> None:
    planned = plan(environments.load(name))

    assert planned.returncode == 0, said(planned)


@pytest.mark.integration
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_setting_can_be_planned(plan: Plan, environment: Environment, variant: str) -> None:
    planned = plan(environment.model_copy(update={"region": "us-east-1", **VARIANTS[variant]}))

    assert planned.returncode == 0, said(planned)


@pytest.mark.integration
def test_the_command_line_of_cdktf_synthesizes_and_plans(sandbox_directory: Path, tmp_path: Path) -> None:
    command = [str(paths.VENV_BIN / "cdktf"), "diff", "local", "--output", str(tmp_path)]

    diff = subprocess.run(
        command,
        cwd=paths.ROOT,
        env=os.environ | variables(sandbox_directory),
        capture_output=True,
        text=True,
        check=False,
    )

    assert diff.returncode == 0, said(diff)
    assert re.search(r"Plan:.* \d+ to add, 0 to change, 0 to destroy", diff.stdout)


@dataclass(frozen=True, kw_only=True)
class Life:
    """What Terraform said to an environment from its first apply to its end."""

    applied: CompletedProcess[str]
    planned_again: CompletedProcess[str]
    destroyed_while_protected: CompletedProcess[str] | None
    destroyed: CompletedProcess[str]
    left: CompletedProcess[str]
    """What its state still lists."""


def live(stack: Deployed, *, before: Deployed | None = None, unprotected: Deployed | None = None) -> Life:
    """Apply, plan again and destroy a stack.

    `before` is a stack to apply first, `unprotected` the same one with settings that let it be destroyed.
    """
    if before:
        apply(before)
    applied = apply(stack)
    planned_again = stack.terraform("plan", "-input=false", "-detailed-exitcode")
    refused = None
    if unprotected:
        refused = stack.terraform("destroy", "-input=false", "-auto-approve")
        apply(unprotected)
        stack = unprotected
    return Life(
        applied=applied,
        planned_again=planned_again,
        destroyed_while_protected=refused,
        destroyed=stack.terraform("destroy", "-input=false", "-auto-approve"),
        left=stack.terraform("state", "list"),
    )


def apply(stack: Deployed) -> CompletedProcess[str]:
    initialized = stack.terraform("init", "-input=false")
    assert initialized.returncode == 0, said(initialized)
    return stack.terraform("apply", "-input=false", "-auto-approve")


@pytest.fixture(scope="module")
def lives(sandbox_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Life]]]:
    """The lives of `local` and of `prod`, lived side by side since most of their time is waiting."""
    at_the_sandbox = variables(sandbox_directory)
    local, prod = (load_target(name, variables=at_the_sandbox) for name in ("local", "prod"))
    unprotected = load_target("prod", variables=at_the_sandbox, directory=unprotected_production(tmp_path_factory))

    def stack(deployment: Deployment, name: str | None = None) -> Deployed:
        output = tmp_path_factory.mktemp("output")
        return synthesize(deployment, output, sandbox_directory=sandbox_directory, stack=name)

    stacks = {"stack": stack(prod), "before": stack(prod, "bootstrap-prod"), "unprotected": stack(unprotected)}
    with ThreadPoolExecutor() as pool:
        yield {"local": pool.submit(live, stack(local)), "prod": pool.submit(live, **stacks)}


def unprotected_production(folders: pytest.TempPathFactory) -> Path:
    """A folder of environments with `prod` as one would write it to have it destroyed: the risks stand beside it."""
    folder = folders.mktemp("environments")
    settings = yaml.safe_load((environments.loader.DIRECTORY / "prod.yaml").read_text())
    why = "this environment is being taken down"
    for table in settings["tables"].values():
        for protected in (table, table.get("replica", {})):
            protected |= {"deletion_protection": False, "accepted_risks": {"no-deletion-protection": why}}
    for bucket in settings["buckets"].values():
        bucket |= {"force_destroy": True, "accepted_risks": {"force-destroy": why}}
    settings["backup"] |= {"force_destroy": True, "accepted_risks": {"force-destroy": why}}
    (folder / "prod.yaml").write_text(yaml.safe_dump(settings))
    return folder


@pytest.fixture(params=["local", "prod"])
def life(request: pytest.FixtureRequest, lives: dict[str, Future[Life]]) -> Life:
    return lives[request.param].result()


@pytest.mark.integration
@pytest.mark.slow
@pytest.mark.timeout(900)
class TestLife:
    def test_everything_is_created(self, life: Life) -> None:
        assert life.applied.returncode == 0, said(life.applied)

    def test_a_second_plan_finds_nothing_to_change(self, life: Life) -> None:
        assert life.planned_again.returncode == 0, said(life.planned_again)

    def test_everything_is_destroyed(self, life: Life) -> None:
        assert life.destroyed.returncode == 0, said(life.destroyed)
        assert life.left.stdout == ""

    def test_production_is_not_destroyed_while_its_data_is_protected(self, lives: dict[str, Future[Life]]) -> None:
        refused = lives["prod"].result().destroyed_while_protected

        assert refused is not None
        assert refused.returncode == 1
        assert "Instance cannot be destroyed" in refused.stderr
        assert "Destroying..." not in refused.stdout
