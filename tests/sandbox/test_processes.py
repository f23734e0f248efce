from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox import processes
from sandbox.processes import Process

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)",
]


def started(tmp_path: Path, command: list[str]) -> Process:
    return processes.start(command, pid_file=tmp_path / "pid", folder=tmp_path, log=tmp_path / "log")


@given(command=st.text(st.characters(exclude_characters="\n"), max_size=15), pid=st.integers(1), start=st.integers(0))
def test_a_stat_line_names_the_process_whatever_its_command(command: str, pid: int, start: int) -> None:
    line = f"{pid} ({command}) S " + " ".join(["0"] * 18) + f" {start} 0 0"

    assert processes.parse_stat(line) == Process(pid=pid, started=start)


def test_a_started_process_is_found_by_its_pid_file(tmp_path: Path) -> None:
    process = started(tmp_path, SLEEP)

    assert processes.of_pid_file(tmp_path / "pid") == process
    processes.stop(tmp_path / "pid", grace=5)


def test_a_stopped_process_is_gone_and_so_is_its_pid_file(tmp_path: Path) -> None:
    process = started(tmp_path, SLEEP)

    processes.stop(tmp_path / "pid", grace=5)

    assert not process.is_running()
    assert not (tmp_path / "pid").exists()


def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    process = started(tmp_path, STUBBORN)
    while b"deaf" not in (tmp_path / "log").read_bytes():
        assert process.is_running()

    processes.stop(tmp_path / "pid", grace=0.2)

    assert not process.is_running()


def test_a_suspended_process_is_stopped(tmp_path: Path) -> None:
    process = started(tmp_path, SLEEP)
    process.signal(signal.SIGSTOP)

    processes.stop(tmp_path / "pid", grace=5)

    assert not process.is_running()


def test_a_zombie_does_not_run() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    zombie = processes.parse_stat(Path(f"/proc/{child}/stat").read_text())

    try:
        assert not zombie.is_running()
    finally:
        os.waitpid(child, 0)


@pytest.mark.parametrize("content", ["", "garbage", "1 (x) S 0"])
def test_a_broken_pid_file_names_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "pid").write_text(content)

    assert processes.of_pid_file(tmp_path / "pid") is None


def test_another_process_with_the_same_pid_is_not_signalled() -> None:
    myself = processes.parse_stat(Path("/proc/self/stat").read_text())
    earlier = Process(pid=myself.pid, started=myself.started - 1)

    earlier.signal(signal.SIGKILL)

    assert not earlier.is_running()


def test_a_daemon_gets_little_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIERSTORE_SETTING", "1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    environment = processes.environment("TIERSTORE_")

    assert environment["TIERSTORE_SETTING"] == "1"
    assert "AWS_SECRET_ACCESS_KEY" not in environment
    assert "PATH" in environment
