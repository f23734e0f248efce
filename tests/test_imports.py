"""Imports run one way, as the page on the architecture says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from toolchain.paths import ROOT

_ROW = re.compile(r"\| `(\w+)/` \|[^|]*\|([^|;]*)")
ALLOWED = {
    folder: set(re.findall(r"`(\w+)`", others))
    for folder, others in _ROW.findall((ROOT / "docs" / "architecture.md").read_text())
    if folder != "tests"
}
"""By folder, the other folders that it may import."""
FORBIDDEN = [
    ("modules", "boto3"),
    ("modules", "botocore"),
    ("tierstore", "cdktf"),
    ("validation", "cdktf"),
]


def imports(folder: str, packages: set[str]) -> list[tuple[str, str]]:
    """The files of a folder that import any of the packages, each with the one."""
    files = sorted((ROOT / folder).rglob("*.py"))
    return [(str(file), package) for file in files for package in _imported(file) if package in packages]


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_the_page_names_every_folder_of_code() -> None:
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} <= ALLOWED.keys()


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_folder_imports_those_that_the_page_names_and_no_others(folder: str) -> None:
    others = {*ALLOWED, "tests", "main"} - ALLOWED[folder] - {folder}

    assert imports(folder, others) == []


@pytest.mark.parametrize(("folder", "package"), FORBIDDEN)
def test_a_folder_stays_apart_from_what_would_make_it_heavy(folder: str, package: str) -> None:
    assert imports(folder, {package}) == []
