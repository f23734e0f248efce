from __future__ import annotations

from pathlib import Path

import pytest

from toolchain import prerequisites
from toolchain.errors import ToolchainError


def terraform_that_prints(folder: Path, answer: str) -> Path:
    executable = folder / "terraform"
    executable.write_text(f"#!/bin/sh\necho '{answer}'\n")
    executable.chmod(0o755)
    return executable


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 11), (3, 14, 2)])
def test_a_new_enough_python_with_ensurepip_is_accepted(version: tuple[int, ...]) -> None:
    prerequisites.check_python(version, has_ensurepip=True)


def test_an_old_python_is_refused_with_what_is_needed_and_what_to_do() -> None:
    with pytest.raises(ToolchainError, match=r"Python 3\.10\.4 .* too old: 3\.11 or newer .* PYTHON=python3\.11"):
        prerequisites.check_python((3, 10, 4), has_ensurepip=True)


def test_a_python_without_ensurepip_is_refused_with_the_package_to_install() -> None:
    with pytest.raises(ToolchainError, match=r"lacks the venv and ensurepip .* `apt-get install python3\.12-venv`"):
        prerequisites.check_python((3, 12, 1), has_ensurepip=False)


def test_a_missing_terraform_is_refused_with_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainError, match=r"not on PATH: version 1\.10\.0 or newer .*developer\.hashicorp\.com"):
        prerequisites.find_terraform()


def test_terraform_is_found_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable = terraform_that_prints(tmp_path, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prerequisites.find_terraform() == executable


def test_an_old_terraform_is_refused_with_its_version_and_place(tmp_path: Path) -> None:
    executable = terraform_that_prints(tmp_path, '{"terraform_version": "1.9.8"}')
    with pytest.raises(ToolchainError, match=rf"Terraform 1\.9\.8 at {executable} is too old: 1\.10\.0 or newer"):
        prerequisites.check_terraform(executable)


@pytest.mark.parametrize("version", ["1.10.0", "1.11.4", "2.0.0", "1.12.0-rc1"])
def test_a_new_enough_terraform_is_accepted(tmp_path: Path, version: str) -> None:
    prerequisites.check_terraform(terraform_that_prints(tmp_path, f'{{"terraform_version": "{version}"}}'))


@pytest.mark.parametrize("answer", ["", "Terraform v1.11.4", "[]", '{"version": "1.11.4"}'])
def test_a_program_that_is_no_terraform_is_refused(tmp_path: Path, answer: str) -> None:
    with pytest.raises(ToolchainError, match="gave no version"):
        prerequisites.check_terraform(terraform_that_prints(tmp_path, answer))


def test_a_terraform_that_cannot_run_is_refused(tmp_path: Path) -> None:
    executable = terraform_that_prints(tmp_path, "")
    executable.chmod(0o644)
    with pytest.raises(ToolchainError, match="gave no version"):
        prerequisites.check_terraform(executable)
