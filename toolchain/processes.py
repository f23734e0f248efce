"""Child processes that never outlive their purpose: tied to their parent, and found again after a crash.

Process ids are reused and process groups can be left, so neither names what a run started. Everything that it started
carries its random mark in the environment instead, which children inherit even where they open a session of their own,
as programs on a pseudo-terminal do.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from toolchain import paths

MARK_VARIABLE = "TOOLCHAIN_RUN_MARK"

SIGNALLED = 128
"""What a shell, and `run_forwarding_signals`, add to the number of the signal that ended a command."""

_PROC = Path("/proc")
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_POLL = 0.1  # seconds
_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def die_with_parent(death_signal: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent ends, however it ends.

    Fit for `preexec_fn`: the setting survives `exec`. Works on Linux; elsewhere it does nothing.
    """
    if _LIBC is not None and _LIBC.prctl(_PR_SET_PDEATHSIG, int(death_signal)) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")


def run_forwarding_signals(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    has_terminal: bool = False,
    holds_first_signal: bool = False,
    on_signal: Callable[[signal.Signals], None] = lambda _number: None,
    log: Path | None = None,
    on_line: Callable[[str], None] = lambda _line: None,
) -> int:
    """Run a child at the root of the checkout and return its exit code, or 128 + n after signal n.

    SIGINT, SIGTERM and SIGHUP are passed on to the child alone, which winds up what it started itself, or only from the
    second on where this `holds_first_signal`; `on_signal` is told of the first. When this process is killed outright,
    the child runs on to its end. Unless it `has_terminal`, the child has no standard input and a process group of its
    own. With a `log`, its output goes to that file, and to `on_line` line by line; a pipe would break, and the child
    with it, when this process is killed. Needs the main thread.
    """
    received: list[signal.Signals] = []
    undelivered: list[signal.Signals] = []
    child: subprocess.Popen[bytes] | None = None

    def forward(number: int, _frame: FrameType | None) -> None:
        received.append(signal.Signals(number))
        is_first = len(received) == 1
        if not (holds_first_signal and is_first):
            if child is None:
                undelivered.append(received[-1])
            else:
                child.send_signal(number)
        if is_first:
            # The terminal, to which this may want to write, may be what has just gone.
            with suppress(OSError):
                on_signal(received[-1])

    with _handling(forward):
        child = _start(command, environment=environment, has_terminal=has_terminal, log=log)
        for number in undelivered:
            child.send_signal(number)
        for line in _follow(log, until=child) if log else ():
            on_line(line)
        code = child.wait()
    if received:
        return SIGNALLED + received[0]
    return code if code >= 0 else SIGNALLED - code


def marked(mark: str) -> list[int]:
    """Return the ids of all running processes that carry a run's mark (Linux; elsewhere none is found)."""
    entry = f"{MARK_VARIABLE}={mark}".encode()
    return sorted(
        int(folder.name) for folder in _PROC.glob("[0-9]*") if entry in _read(folder / "environ").split(b"\0")
    )


def any_named(name: str) -> bool:
    """Tell whether a program of this name may be running: True too where nothing tells (elsewhere than on Linux)."""
    comms = [_read(file) for file in _PROC.glob("[0-9]*/comm")]
    return not comms or f"{name}\n".encode() in comms


def wait_until_gone(mark: str, *, seconds: float) -> bool:
    """Wait until no process carries the mark; False where some still do when the time is over."""
    deadline = time.monotonic() + seconds
    while marked(mark):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def send_marked(mark: str, number: signal.Signals) -> None:
    """Send a signal to every process that carries the mark."""
    for pid in marked(mark):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def _start(
    command: Sequence[str | Path], *, environment: Mapping[str, str], has_terminal: bool, log: Path | None
) -> subprocess.Popen[bytes]:
    if log:
        # What is left of a killed run may still write to the old one.
        log.unlink(missing_ok=True)
    with (log or Path(os.devnull)).open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=paths.ROOT,
            env=environment,
            stdin=None if has_terminal else subprocess.DEVNULL,
            stdout=output if log else None,
            stderr=output if log else None,
            process_group=None if has_terminal else 0,
        )


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    before = {number: signal.signal(number, handler) for number in _FORWARDED}
    try:
        yield
    finally:
        for number, previous in before.items():
            signal.signal(number, previous)


def _follow(log: Path, *, until: subprocess.Popen[bytes]) -> Iterator[str]:
    """Give the lines of a file that grows, until a process has ended and all is read."""
    partial = ""
    with log.open(errors="replace") as growing:
        while True:
            has_ended = until.poll() is not None
            *lines, partial = (partial + growing.read()).split("\n")
            yield from lines
            if has_ended:
                yield partial
                return
            time.sleep(_POLL)


def _read(file: Path) -> bytes:
    """Return a /proc file's content; empty where the process has ended or belongs to somebody else."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return b""
