from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import cli, directory
from tests.sandbox.conftest import Sandbox


def test_status_says_what_does_not_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = cli.main(["--directory", str(tmp_path), "status"])

    assert exit_code == 1
    assert capsys.readouterr().out == f"not running ({tmp_path}); start it with `python -m sandbox up`\n"


def test_a_fault_needs_a_running_sandbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = cli.main(["--directory", str(tmp_path), "fault", "kill", "--replication-group", "cache"])

    assert exit_code == 2
    assert capsys.readouterr().err.startswith(f"error: No sandbox runs in {tmp_path}")


def test_variables_need_a_running_sandbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = cli.main(["--directory", str(tmp_path), "env"])

    assert exit_code == 2
    assert capsys.readouterr().err.startswith(f"error: No sandbox runs in {tmp_path}")


@pytest.mark.integration
def test_programs_reach_the_sandbox_by_the_variables(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["--directory", str(sandbox.directory.root), "env"])
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"

    said = subprocess.run(
        ["bash", "-c", f'{capsys.readouterr().out}\nexec "$0" -c "$1"', sys.executable, program],
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == sandbox.connection.account


@pytest.mark.parametrize("port", ["0", "65536", "https", "-1"])
def test_impossible_ports_are_refused(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["up", f"--port={port}"])

    assert end.value.code == 2
    assert f"'{port}' is no port; allowed: 1 to 65535" in capsys.readouterr().err


def test_help_explains_every_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["fault", "--help"])

    text = capsys.readouterr().out
    assert end.value.code == 0
    assert all(fault in text for fault in ("graceful", "kill", "kill-lagging", "cut-replica", "hang"))


def test_the_environment_names_the_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(directory.ENVIRONMENT_VARIABLE, str(tmp_path))

    assert directory.default().root == tmp_path


@pytest.mark.integration
def test_status_tells_what_runs(sandbox: Sandbox, replication_group: str, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = cli.main(["--directory", str(sandbox.directory.root), "status"])

    lines = capsys.readouterr().out.splitlines()
    assert exit_code == 0
    assert lines[0].startswith(f"endpoint            {sandbox.connection.endpoint} ")
    assert f"replication group   {replication_group}: available in us-east-1" in lines
    assert len([line for line in lines if f" {replication_group}-000" in line]) == 6


@pytest.mark.integration
def test_a_fault_says_what_was_done(
    sandbox: Sandbox, replication_group: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fault = ["fault", "graceful", "--replication-group", replication_group, "--shard", "0003"]

    exit_code = cli.main(["--directory", str(sandbox.directory.root), *fault])

    assert exit_code == 0
    assert capsys.readouterr().out.startswith("graceful: shard 0003, primary shared-0003-00")
