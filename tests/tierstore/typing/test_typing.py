"""A type checker accepts a right program, and refuses wrong fields, wrong keys and undeclared patterns."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(__file__).with_name("program.txt").read_text()
REFUSED = re.compile(r"# refused: (?P<reason>.+)$")
ERROR = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: (?P<message>.+)$")


@pytest.mark.slow
def test_exactly_the_marked_lines_are_refused_and_for_the_marked_reason(tmp_path: Path) -> None:
    marked = {
        number: match["reason"]
        for number, line in enumerate(PROGRAM.splitlines(), start=1)
        if (match := REFUSED.search(line))
    }

    errors = errors_of_mypy(tmp_path)

    assert errors.keys() == marked.keys()
    assert {number: errors[number] for number in marked if marked[number] not in errors[number]} == {}


def errors_of_mypy(folder: Path) -> dict[int, str]:
    """What mypy says about the program, by line."""
    program = folder / "program.py"
    program.write_text(PROGRAM)
    options = ["--follow-imports=silent", f"--cache-dir={ROOT / 'build/mypy-of-tests'}"]
    command = [sys.executable, "-m", "mypy", *options, str(program)]
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found: dict[int, str] = {}
    for error in filter(None, map(ERROR.match, checked.stdout.splitlines())):
        assert Path(error["file"]).name == "program.py", checked.stdout
        number = int(error["line"])
        found[number] = found.get(number, "") + error["message"]
    return found
