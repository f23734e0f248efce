from __future__ import annotations

import sys
from pathlib import Path

import pytest

from toolchain import commands, paths
from toolchain.errors import ToolchainError


@pytest.fixture(autouse=True)
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the logs, for this test alone."""
    monkeypatch.setattr(paths, "LOGS", tmp_path / "log")
    return paths.LOGS


def run_python(program: str) -> None:
    commands.run([sys.executable, "-c", program], log="tool", needs="the package index")


def test_the_output_of_a_command_goes_to_its_log(logs: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run_python("import sys; print('out'); print('err', file=sys.stderr)")
    assert sorted((logs / "tool.log").read_text().split()) == ["err", "out"]
    assert capfd.readouterr() == ("", "")


def test_a_failure_shows_the_code_and_the_end_of_the_log(logs: Path) -> None:
    with pytest.raises(ToolchainError) as failure:
        run_python("[print(f'line {n}.') for n in range(30)]; exit(3)")
    assert "ended with code 3" in str(failure.value)
    assert str(logs / "tool.log") in str(failure.value)
    assert "line 29." in str(failure.value)
    assert "line 10." not in str(failure.value)


@pytest.mark.parametrize(
    "output",
    [
        "npm error code ENOTFOUND",
        "error: Failed to fetch: `https://…/simple/boto3/`",
        "W: Failed to fetch http://…  Temporary failure resolving 'deb'",
        "pip: NewConnectionError: … [Errno -2] Name or service not known",
        "connect ECONNREFUSED 127.0.0.1:1",
        "ERROR: Could not find a version that satisfies the requirement uv==0.13.9 (from versions: none)",
        "E: Unable to locate package redis-server",
    ],
)
def test_a_broken_network_is_named_with_what_could_not_be_reached(output: str) -> None:
    with pytest.raises(ToolchainError, match=r"Could not reach the package index .* Check the network"):
        run_python(f"print({output!r}); exit(1)")


def test_a_command_reads_nothing_from_the_terminal() -> None:
    run_python("import sys; assert sys.stdin.read() == ''")
