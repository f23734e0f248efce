"""`python -m validation plan` and `cost`: verdicts, exit codes, and what they leave behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.deployed import Deployed
from tests.validation.plan import objects as o
from tests.validation.plan.builder import created, destroyed, plan, unchanged, updated
from toolchain import checkov, paths
from validation.__main__ import main
from validation.clients import Clients, connect

TABLE = "aws_dynamodb_table.core"


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build folder of the test's own."""
    monkeypatch.setattr(paths, "BUILD", tmp_path / "build")
    return tmp_path / "build"


@pytest.fixture
def no_checkov(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout without Checkov."""
    monkeypatch.setattr(checkov, "find", lambda: None)


def write(folder: Path, document: dict[str, Any]) -> str:
    """The file of a plan."""
    file = folder / "given.json"
    file.write_text(json.dumps(document))
    return str(file)


@pytest.mark.usefixtures("no_checkov")
class TestGivenPlan:
    @pytest.mark.parametrize(
        ("document", "code", "verdict"),
        [
            (plan(created(TABLE, o.TABLE)), 0, "clean"),
            (plan(destroyed(TABLE, o.TABLE)), 1, "blocked"),
            (plan(destroyed(TABLE, o.TABLE), errored=True), 1, "blocked"),
        ],
    )
    def test_the_exit_code_is_the_verdict_and_every_report_is_left(
        self, build: Path, tmp_path: Path, document: dict[str, Any], code: int, verdict: str
    ) -> None:
        assert main(["plan", "dev", "--plan-json", write(tmp_path, document)]) == code

        review = json.loads((build / "plan" / "dev" / "review.json").read_text())
        assert review["verdict"] == verdict
        assert bool(review["reasons"]) == bool(code)
        assert f": {verdict}" in (build / "plan" / "dev" / "review.md").read_text()

    @pytest.mark.usefixtures("build")
    def test_a_reason_stands_on_the_terminal_in_one_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        main(["plan", "dev", "--plan-json", write(tmp_path, plan(destroyed(TABLE, o.TABLE)))])

        lines = capsys.readouterr().out.splitlines()
        assert f"destroy: {TABLE}: is deleted with all it holds: it is no longer in the code" in lines
        assert "blocked: 1 reason" in lines

    @pytest.mark.usefixtures("build")
    @pytest.mark.parametrize(("option", "code"), [((), 0), (("--expect-empty",), 1)])
    def test_after_a_deployment_nothing_may_change(self, tmp_path: Path, option: tuple[str, ...], code: int) -> None:
        file = write(tmp_path, plan(updated(TABLE, o.TABLE, tags={})))

        assert main(["plan", "dev", "--plan-json", file, *option]) == code

    @pytest.mark.usefixtures("build")
    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            ({}, "not the JSON of a plan"),
            ({"format_version": "9.0", "resource_changes": []}, "format version 9.0"),
            (plan(unchanged(TABLE, o.TABLE), errored=True), "Terraform stopped at an error"),
        ],
    )
    def test_what_can_not_be_reviewed_ends_with_2_and_one_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: dict[str, Any], problem: str
    ) -> None:
        assert main(["plan", "dev", "--plan-json", write(tmp_path, content)]) == 2

        (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("could not run")]
        assert problem in line

    @pytest.mark.usefixtures("build")
    def test_an_unknown_environment_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["plan", "nowhere"]) == 2
        assert "allowed dev, local, prod or staging" in capsys.readouterr().err

    def test_the_cost_is_printed_and_left(
        self, build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["cost", "dev", "--plan-json", write(tmp_path, plan(created("aws_kms_key.a", {})))]) == 0

        output = capsys.readouterr().out
        assert "dev: about $1.30 a month (+$1.30)" in output
        assert "1.00  aws_kms_key.a: key: 1 × 1 per key and month (B)" in output
        assert json.loads((build / "plan" / "dev" / "cost.json").read_text())["after"] == 1.3


@pytest.mark.integration
class TestDeployedLocal:
    """Against the environment `local`, deployed to a sandbox, with Terraform and the real provider."""

    @pytest.fixture
    def pointed_at_local(self, deployed_local: Deployed, monkeypatch: pytest.MonkeyPatch) -> Deployed:
        """Commands meet the deployed `local`."""
        for name, value in deployed_local.variables.items():
            monkeypatch.setenv(name, value)
        return deployed_local

    @pytest.fixture
    def without_recovery(self, pointed_at_local: Deployed) -> Iterator[str]:
        """Somebody switched point-in-time recovery of a table off by hand; gives the table's name."""
        deployment = pointed_at_local.load()
        table = deployment.environment.physical_name("core")
        set_recovery(connect(deployment), table, enabled=False)
        yield table
        set_recovery(connect(deployment), table, enabled=True)

    @pytest.mark.usefixtures("pointed_at_local")
    def test_right_after_a_deployment_nothing_changes_and_nothing_drifted(
        self, build: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["plan", "local", "--expect-empty", "--no-checkov"]) == 0

        assert "local: no changes" in capsys.readouterr().out
        left = build / "plan" / "local"
        assert (left / "plan.json").stat().st_mode & 0o777 == 0o600
        assert {file.name for file in left.iterdir()} == {
            "cdk.tf.json",
            "plan.json",
            "review.json",
            "review.md",
            "synthesized",
        }

    def test_drift_is_told_apart_from_what_the_plan_does_about_it(self, build: Path, without_recovery: str) -> None:
        assert main(["plan", "local", "--no-checkov"]) == 0
        review = json.loads((build / "plan" / "local" / "review.json").read_text())

        (drift,) = review["drift"]
        assert "point_in_time_recovery[0].enabled" in {each["path"] for each in drift["differences"]}
        assert drift["outcome"] == "the plan changes it"
        assert {finding["kind"] for finding in review["findings"]} == {"notice"}
        assert review["cost"]["difference"] == 1.0
        assert without_recovery.endswith("core")


def set_recovery(clients: Clients, table: str, *, enabled: bool) -> None:
    specification: Any = {"PointInTimeRecoveryEnabled": enabled}
    if enabled:
        specification["RecoveryPeriodInDays"] = 35
    clients.dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=specification)
