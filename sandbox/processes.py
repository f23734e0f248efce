"""Processes that outlive the command that started them, recognised again by pid *and* start time.

A pid file holds the process's own line of `/proc/<pid>/stat`, written by the process itself before it becomes the
program, so that no crash of its parent leaves a process without a pid file, and a recycled pid is never taken for it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_POLL = 0.02  # seconds
_WRITE_PID_FILE_THEN_BECOME = 'IFS= read -r line </proc/$$/stat; printf "%s\\n" "$line" >"$0"; exec "$@"'
# What a daemon needs of the environment; nothing else of its starter's may keep it alive or end it.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")

_children: dict[Process, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process that once ran: its id and its start time in clock ticks since boot."""

    pid: int
    started: int

    def is_running(self) -> bool:
        """Whether this very process still runs; a zombie does not."""
        if (child := _children.get(self)) is not None:
            # A child is asked, not looked at: /proc calls it a zombie while some of its threads still end.
            if child.poll() is None:
                return True
            _children.pop(self, None)
            return False
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False
        return parse_stat(stat) == self and _state_of(stat) not in "ZX"

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; a process that has ended is left alone."""
        if self.is_running():
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                return

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; return whether it has."""
        deadline = time.monotonic() + seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL)
        return True

    def stop(self, grace: float) -> None:
        """End it: SIGTERM, then after `grace` seconds SIGKILL; return when it has ended."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if not self.wait(grace):
            self.signal(signal.SIGKILL)
            self.wait(grace)


def parse_stat(line: str) -> Process:
    """Return the process of a line of `/proc/<pid>/stat` (proc(5): pid is field 1, starttime field 22)."""
    # The command, field 2, is in parentheses and may hold spaces and parentheses itself.
    return Process(pid=int(line.split(" ", 1)[0]), started=int(_after_command(line)[19]))


def _state_of(line: str) -> str:
    return _after_command(line)[0]


def _after_command(line: str) -> list[str]:
    return line.rpartition(")")[2].split()


def of_pid_file(path: Path) -> Process | None:
    """Return the running process of a pid file, or None where there is none."""
    try:
        process = parse_stat(path.read_text())
    except (FileNotFoundError, ValueError, IndexError):
        return None
    return process if process.is_running() else None


def children() -> set[Process]:
    """Return the processes that this one has started and that still run."""
    return {process for process in tuple(_children) if process.is_running()}


def stop(pid_file: Path, *, grace: float) -> None:
    """End the process of a pid file: SIGTERM, after `grace` seconds SIGKILL; the file goes, too."""
    if (process := of_pid_file(pid_file)) is not None:
        process.stop(grace)
    pid_file.unlink(missing_ok=True)


def environment(prefix: str) -> dict[str, str]:
    """Return what a daemon gets of this process's environment: the essentials, and what starts with `prefix`."""
    return {name: value for name, value in os.environ.items() if name in _INHERITED or name.startswith(prefix)}


def start(
    command: Sequence[str | Path], *, pid_file: Path, folder: Path, log: Path, stdout: int | None = None
) -> Process:
    """Start a program in a session of its own and return its process.

    Its standard error is appended to `log`, and so is its standard output unless a file descriptor is given for that.
    """
    pid_file.unlink(missing_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            ["/bin/sh", "-c", _WRITE_PID_FILE_THEN_BECOME, pid_file, *command],
            cwd=folder,
            env=environment("TIERSTORE_"),
            stdin=subprocess.DEVNULL,
            stdout=output if stdout is None else stdout,
            stderr=output,
            start_new_session=True,
        )
    process = parse_stat(Path(f"/proc/{child.pid}/stat").read_text())
    _children[process] = child
    # Whoever looks for the process by its pid file finds it as soon as this returns.
    while of_pid_file(pid_file) is None and child.poll() is None:
        time.sleep(_POLL)
    return process
