"""Environments for tests: small files in a folder of their own, and settings built in code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from environments import Environment, InvalidEnvironment, load

SMALLEST = """\
description: an environment of a test
account: "111111111111"
region: us-east-1
"""

WriteEnvironment = Callable[..., Path]
ProblemsOf = Callable[..., list[str]]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `environments` folder below the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "environments"
    folder.mkdir()
    return folder


@pytest.fixture
def write(directory: Path) -> WriteEnvironment:
    """Writes an environment's file: three valid lines, then what the test gives."""

    def write_environment(more: str = "", *, name: str = "dev") -> Path:
        file = directory / f"{name}.yaml"
        file.write_text(SMALLEST + more, encoding="utf-8")
        return file

    return write_environment


@pytest.fixture
def problems_of(directory: Path, write: WriteEnvironment) -> ProblemsOf:
    """The lines that refuse an environment with these settings, which begin in line 4; none where it is valid."""

    def problems(more: str = "", *, name: str = "dev") -> list[str]:
        write(more, name=name)
        try:
            load(name, directory=directory)
        except InvalidEnvironment as error:
            return str(error).splitlines()
        return []

    return problems


@pytest.fixture
def environment(directory: Path, write: WriteEnvironment) -> Environment:
    """A valid environment with the defaults, deployed to account 111111111111."""
    write()
    return load("dev", directory=directory)
