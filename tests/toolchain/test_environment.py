from __future__ import annotations

import os
from pathlib import Path

import pytest

from toolchain import paths
from toolchain.environment import terraform_environment
from toolchain.errors import ToolchainError


def test_the_pinned_tools_go_before_those_of_the_system() -> None:
    given = {"PATH": f"/usr/bin{os.pathsep}{paths.VENV_BIN}"}
    assert terraform_environment(given)["PATH"].split(os.pathsep) == [
        str(paths.VENV_BIN),
        str(paths.NODE_MODULES / ".bin"),
        "/usr/bin",
    ]


def test_it_is_the_same_when_it_is_made_from_itself() -> None:
    once = terraform_environment({"PATH": "/usr/bin"})
    assert terraform_environment(once) == once


def test_the_users_variables_are_kept_except_for_the_pinned_settings() -> None:
    given = {"PATH": "/usr/bin", "AWS_PROFILE": "work", "TF_CLI_CONFIG_FILE": "/home/somebody/.terraformrc"}
    made = terraform_environment(given)
    assert made["AWS_PROFILE"] == "work"
    assert made["TF_CLI_CONFIG_FILE"] == str(paths.TERRAFORM_RC)


def test_terraform_locks_providers_from_the_mirror_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "TERRAFORM_RC", tmp_path / "terraform.rc")
    paths.TERRAFORM_RC.write_text('filesystem_mirror {\n  path = "/mirror"\n}\n')
    assert terraform_environment({})["TF_CLI_ARGS_providers_lock"] == "-fs-mirror=/mirror"
    paths.TERRAFORM_RC.write_text("")
    assert "TF_CLI_ARGS_providers_lock" not in terraform_environment({})


def test_before_the_installation_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "TERRAFORM_RC", tmp_path / "terraform.rc")
    with pytest.raises(ToolchainError, match="python3 -m toolchain install"):
        terraform_environment({})
