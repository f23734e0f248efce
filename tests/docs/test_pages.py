"""The pages of the documentation: their Python runs as it stands, their links lead somewhere."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support import pages
from tierstore.__main__ import command_line
from toolchain.paths import ROOT

DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", *DOCS.glob("*.md")])
LIVE_PAGES = ("quick-start", "dynamodb", "redis", "s3", "data-lifecycle", "observability", "error-handling")
"""Whose programs talk to the deployed `local`."""


@pytest.mark.integration
@pytest.mark.usefixtures("on_local", "own_tracer_provider")
@pytest.mark.parametrize("name", LIVE_PAGES)
def test_the_program_of_a_page_runs(name: str) -> None:
    pages.run(DOCS / f"{name}.md")


@pytest.mark.slow
def test_a_type_checker_accepts_the_programs_of_the_pages(tmp_path: Path) -> None:
    for name in LIVE_PAGES:
        code = "\n".join(snippet.code for snippet in pages.snippets(DOCS / f"{name}.md"))
        program = tmp_path / f"{name.replace('-', '_')}.py"
        # Some pages await outside any function, as only a console may.
        program.write_text(f"async def program() -> None:\n{textwrap.indent(code, '    ')}", encoding="utf-8")

    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", str(tmp_path)]
    cache = f"--cache-dir={ROOT / 'build/mypy-of-tests'}"
    checked = subprocess.run([*command, cache], cwd=ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))

    missing = [link for link in links if not (page.parent / link).exists()]

    assert missing == []


def test_the_commands_of_a_page_are_understood() -> None:
    page = (DOCS / "data-lifecycle.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ python -m tierstore (.+?)(?:\s+#.*)?$", page, re.MULTILINE)

    parsed = [command_line().parse_args(shlex.split(command)) for command in commands]

    assert {command.split()[0] for command in commands} == {"backfill", "export", "erase"}
    assert {arguments.environment for arguments in parsed} == {"prod"}
