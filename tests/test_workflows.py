"""The GitHub Actions workflows: in order, without long-lived keys, nothing taken on trust."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import environments
from toolchain import paths
from toolchain.paths import ROOT
from validation.__main__ import main

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FILES = [*WORKFLOWS, ROOT / ".github" / "actions" / "prepare" / "action.yml"]
JOBS = [
    pytest.param(file, name, id=f"{file.stem}.{name}")
    for file in WORKFLOWS
    for name in yaml.safe_load(file.read_text())["jobs"]
]


def workflow(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    return document


def triggers(document: dict[Any, Any]) -> dict[str, Any]:
    """What starts a workflow: YAML 1.1 reads its key `on` as true."""
    found: dict[str, Any] = document[True]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_of_others_is_pinned_by_its_commit(file: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", file.read_text())

    foreign = [(action, comment) for action, comment in used if not action.startswith("./")]
    assert [
        a for a, comment in foreign if not re.search(r"@[0-9a-f]{40}$", a) or not re.search(r"# v\d", comment)
    ] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_workflow_knows_a_long_lived_key(file: Path) -> None:
    text = file.read_text().lower()

    assert "aws_secret_access_key" not in text
    assert "aws_access_key_id" not in text
    assert "secrets." not in text


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_has_no_permission_but_those_of_its_jobs(file: Path) -> None:
    assert workflow(file.stem)["permissions"] == {}


@pytest.mark.parametrize(("file", "job"), JOBS)
def test_a_job_states_its_permissions_and_writes_no_code(file: Path, job: str) -> None:
    permissions = workflow(file.stem)["jobs"][job]["permissions"]

    assert permissions.get("contents", "read") == "read"


@pytest.mark.parametrize(("file", "job"), JOBS)
def test_no_expression_reaches_a_shell_unquoted(file: Path, job: str) -> None:
    scripts = [step.get("run", "") for step in workflow(file.stem)["jobs"][job].get("steps", [])]

    assert [script for script in scripts if "${{" in script] == []


def test_deployments_go_from_dev_over_staging_to_prod() -> None:
    jobs = workflow("deploy")["jobs"]

    assert [(name, job.get("needs"), job["with"]["environment"]) for name, job in jobs.items()] == [
        ("dev", None, "dev"),
        ("staging", "dev", "staging"),
        ("prod", "staging", "prod"),
    ]
    assert {job["uses"] for job in jobs.values()} == {"./.github/workflows/deploy-environment.yml"}


def test_an_environment_is_reviewed_approved_deployed_validated_and_then_unchanged() -> None:
    jobs = workflow("deploy-environment")["jobs"]
    commands = [step["run"] for step in jobs["deploy"]["steps"] if "run" in step]

    assert jobs["deploy"]["needs"] == "review"
    assert jobs["deploy"]["environment"] == "${{ inputs.environment }}"
    assert [re.sub(r'"?\$ENVIRONMENT"?.*', "", command).strip() for command in commands] == [
        ".venv/bin/python -m validation plan",
        ".venv/bin/cdktf deploy",
        ".venv/bin/python -m validation run",
        ".venv/bin/python -m validation plan",
    ]
    assert '--approved "$APPROVED"' in commands[0]
    assert "--expect-empty" in commands[-1]


def test_a_linter_of_workflows_finds_nothing_that_could_be_abused() -> None:
    zizmor = subprocess.run(
        [paths.VENV_BIN / "zizmor", "--offline", "--no-progress", "--min-severity=medium", paths.ROOT / ".github"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert zizmor.returncode == 0, zizmor.stdout


@pytest.mark.parametrize("name", ["deploy", "plan", "drift"])
def test_a_workflow_guards_against_itself(name: str) -> None:
    guard = workflow(name)["concurrency"]

    # An interrupted plan is harmless, an interrupted apply is not.
    assert guard["cancel-in-progress"] == (name != "deploy")


def test_plans_are_made_of_every_environment_on_aws() -> None:
    on_aws = {name for name in environments.names() if environments.load(name).target == "aws"}

    for name, job in (("plan", "plan"), ("drift", "drift")):
        assert set(workflow(name)["jobs"][job]["strategy"]["matrix"]["environment"]) == on_aws
    assert set(workflow("deploy")["jobs"]) == on_aws


def test_a_fork_gets_no_role() -> None:
    assert "head.repo.full_name == github.repository" in workflow("plan")["jobs"]["plan"]["if"]
    assert "pull_request_target" not in triggers(workflow("plan"))


def test_drift_is_looked_for_every_night() -> None:
    (schedule,) = triggers(workflow("drift"))["schedule"]

    assert re.fullmatch(r"\d+ \d+ \* \* \*", schedule["cron"])


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_every_command_of_validation_exists(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command, options in re.findall(r"-m validation (\w+)(.*)", file.read_text()):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        help_text = capsys.readouterr().out
        assert [option for option in re.findall(r"--[\w-]+", options) if option not in help_text] == []
