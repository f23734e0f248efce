"""Runs of which a checkout has one at a time, and which clear up after a run of theirs that was killed.

A run holds a lock, which the kernel releases when its process ends, and leaves its mark in a file until everything that
it started has ended. A mark without a lock therefore tells of a killed run.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from toolchain import paths, processes
from toolchain.errors import ToolchainError

# Seconds that children may take to end after their parent without a word about it.
_UNREMARKABLE = 0.5
# Seconds between two lines that say that this still waits.
_SIGN_OF_LIFE = 20.0


@contextmanager
def only_run(name: str, *, of: str, patience: float, waits: bool = False) -> Iterator[dict[str, str]]:
    """Be the only run called `name` in this checkout, after everything that a killed one left has ended.

    Gives the environment variables that mark the run's child processes. `of` says in messages what runs. What is left
    of a run has `patience` seconds to come to its end by itself, and as long after SIGINT, before it is killed. While
    another run is under way, this one `waits`, or raises ToolchainError.
    """
    paths.RUN.mkdir(parents=True, exist_ok=True)
    record = paths.RUN / f"{name}.mark"
    with (paths.RUN / f"{name}.lock").open("a+") as lock:
        _acquire(lock, of=of, waits=waits)
        if record.exists():
            _end_leftovers(record.read_text(), of=of, patience=patience)
        mark = secrets.token_hex(16)
        record.write_text(mark)
        try:
            yield {processes.MARK_VARIABLE: mark}
        finally:
            _end_leftovers(mark, of=of, patience=patience)
            record.unlink()


def _acquire(lock: IO[str], *, of: str, waits: bool) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        under_way = f"{of} is running in this checkout already (process {lock.read().strip() or 'unknown'})."
        if not waits:
            raise ToolchainError(
                f"{under_way} Wait until it has ended, or stop it with Ctrl-C, and run again."
            ) from error
        print(f"{under_way} Waiting for it to end …", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()


def _end_leftovers(mark: str, *, of: str, patience: float) -> None:
    if processes.wait_until_gone(mark, seconds=_UNREMARKABLE):
        return
    print(f"Waiting for what is left of {of} to end (processes {processes.marked(mark)}) …", flush=True)
    if _has_ended(mark, patience=patience):
        return
    for number in (signal.SIGINT, signal.SIGKILL):
        print(f"Sending {number.name} to the processes {processes.marked(mark)} …", flush=True)
        processes.send_marked(mark, number)
        if _has_ended(mark, patience=patience):
            return


def _has_ended(mark: str, *, patience: float) -> bool:
    """Wait, with a sign of life now and then; False where something remains after `patience` seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if processes.wait_until_gone(mark, seconds=min(patience, _SIGN_OF_LIFE)):
            return True
        print("  … still waiting", flush=True)
    return False
