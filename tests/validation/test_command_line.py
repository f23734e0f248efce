"""The command line: what it runs, what it refuses before anything happens, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.deployed import Deployed
from validation.__main__ import main
from validation.checks import CHECKS
from validation.clients import Clients


@pytest.fixture
def pointed_at_local(deployed_local: Deployed, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    """Commands meet the deployed `local`, and its sandbox whatever environment they name."""
    for name, value in deployed_local.variables.items():
        monkeypatch.setenv(name, value)
    return deployed_local


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command says that could not run."""
    assert main(arguments) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert len(output.err.splitlines()) == 1
    return output.err


def test_lists_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--list"]) == 0
    listed = capsys.readouterr().out
    assert [check.id for check in CHECKS if check.id not in listed] == []


def test_refuses_an_unknown_environment(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nowhere: unknown, allowed dev, local, prod or staging" in refusal(capsys, "run", "nowhere")


def test_refuses_an_unknown_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--only s4: no check matches" in refusal(capsys, "run", "local", "--only", "s4")


@pytest.mark.parametrize("command", [("run", "local"), ("drill", "failover", "local")], ids=" ".join)
def test_says_how_to_start_a_sandbox_that_does_not_run(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TIERSTORE_SANDBOX_DIRECTORY", str(tmp_path))

    assert "python -m sandbox up" in refusal(capsys, *command)


@pytest.mark.parametrize("command", [("run", "prod"), ("drill", "failover", "prod")], ids=" ".join)
def test_refuses_aws_without_credentials(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    message = refusal(capsys, *command)

    assert "no AWS credentials" in message
    assert "333333333333" in message


@pytest.mark.parametrize(
    ("option", "value"), [("--writers", "1"), ("--writers", "many"), ("--rate", "0"), ("--trigger", "pray")]
)
def test_refuses_a_drill_outside_its_limits(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["drill", "failover", "local", option, value])

    assert ended.value.code == 2
    assert value in capsys.readouterr().err


@pytest.mark.integration
def test_passes_on_a_deployed_environment_and_writes_its_reports(
    pointed_at_local: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", pointed_at_local.name, "--report", str(tmp_path)]) == 0

    summary = json.loads((tmp_path / "report.json").read_text())["summary"]
    assert summary["passed"] >= len(CHECKS)
    assert (summary["failed"], summary["skipped"], summary["error"]) == (0, 0, 0)
    assert {file.name for file in tmp_path.iterdir()} == {"report.json", "report.xml", "report.html"}
    assert "0 failed" in capsys.readouterr().out


@pytest.mark.integration
def test_a_failed_check_is_exit_code_1_and_says_expected_and_found(
    pointed_at_local: Deployed, clients: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pointed_at_local.load().environment.physical_name("core")
    clients.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=True)
    try:
        assert main(["run", "local", "--only", "dynamodb.deletion_protection"]) == 1
    finally:
        clients.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)

    assert "failed core: deletion protection: expected false, found true" in capsys.readouterr().out


@pytest.mark.integration
@pytest.mark.usefixtures("pointed_at_local")
def test_says_how_to_deploy_what_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    message = refusal(capsys, "run", "staging")

    assert "staging is not deployed in account 000000000000" in message
    assert "`cdktf deploy staging`" in message
