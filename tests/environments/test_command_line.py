"""`python -m environments` says in one line each why an environment cannot be deployed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import yaml

from environments.__main__ import main
from environments.json_schema import render

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell of whoever runs the tests decides nothing."""
    for variable in ("TIERSTORE_TARGET", "TIERSTORE_SANDBOX_DIRECTORY"):
        monkeypatch.delenv(variable, raising=False)


def test_a_valid_environment_passes_the_check(capsys: Output) -> None:
    assert main(["check", "prod"]) == 0
    assert capsys.readouterr().out == "prod: valid, deployed to AWS account 333333333333 in us-east-1\n"


def test_an_unknown_environment_fails_the_check_in_one_line(capsys: Output) -> None:
    assert main(["check", "production"]) == 2

    output = capsys.readouterr()
    assert output.out == ""
    assert output.err == "environment production: unknown, allowed dev, local, prod or staging\n"


def test_a_sandbox_that_does_not_run_fails_the_check(
    capsys: Output, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("TIERSTORE_SANDBOX_DIRECTORY", str(tmp_path_factory.mktemp("nothing")))

    assert main(["check", "local"]) == 2
    assert capsys.readouterr().err.startswith("the sandbox is not running (")


def test_the_check_of_credentials_asks_for_them(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "a-profile-that-does-not-exist")

    assert main(["check", "prod", "--credentials"]) == 2
    assert capsys.readouterr().err.endswith("The config profile (a-profile-that-does-not-exist) could not be found\n")


def test_the_list_names_every_environment_with_its_account(capsys: Output) -> None:
    assert main(["list"]) == 0

    rows = [line.split()[:4] for line in capsys.readouterr().out.splitlines()]
    assert rows == [
        ["dev", "aws", "111111111111", "us-east-1"],
        ["local", "sandbox", "000000000000", "us-east-1"],
        ["prod", "aws", "333333333333", "us-east-1"],
        ["staging", "aws", "222222222222", "us-east-1"],
    ]


def test_the_settings_are_shown_with_their_defaults(capsys: Output) -> None:
    assert main(["show", "dev"]) == 0

    settings = yaml.safe_load(capsys.readouterr().out)
    assert settings["redis"]["engine"] == "valkey"
    assert settings["redis"]["port"] == 6379
    assert settings["tables"]["core"]["billing"]["mode"] == "on_demand"
    assert "accepted_risks" not in settings


def test_the_schema_is_printed(capsys: Output) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out == render()


def test_the_check_does_without_boto3() -> None:
    # It runs before every command, and boto3 alone takes longer to load than all the rest.
    code = "import sys; from environments.__main__ import main; main(['check', 'prod']); print('boto3' in sys.modules)"

    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)

    assert process.stdout.splitlines()[-1] == "False"
