"""Runs of which a checkout has one at a time, and which clear up after a run of theirs that was killed.

A run holds a lock, which the kernel releases when its process ends, and leaves its mark in a file until everything that
it started has ended. A mark without a lock therefore tells of a killed run.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from toolchain import paths, processes
from toolchain.errors import ToolchainError

# Seconds that children may take to end after their parent without a word about it.
_UNREMARKABLE = 0.5


@contextmanager
def only_run(name: str, *, of: str, patient: bool = False) -> Iterator[dict[str, str]]:
    """Be the only run called `name` in this checkout, after everything that a killed one left has ended.

    Gives the environment variables that mark the run's child processes. `of` says in messages what runs. While another
    run is under way, a patient one waits; otherwise ToolchainError is raised.
    """
    paths.RUN.mkdir(parents=True, exist_ok=True)
    record = paths.RUN / f"{name}.mark"
    with (paths.RUN / f"{name}.lock").open("a+") as lock:
        _acquire(lock, of=of, patient=patient)
        if record.exists():
            _end_leftovers(record.read_text(), of=of)
        mark = secrets.token_hex(16)
        record.write_text(mark)
        try:
            yield {processes.MARK_VARIABLE: mark}
        finally:
            _end_leftovers(mark, of=of)
            record.unlink()


def _acquire(lock: IO[str], *, of: str, patient: bool) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        under_way = f"{of} is running in this checkout already (process {lock.read().strip() or 'unknown'})."
        if not patient:
            raise ToolchainError(
                f"{under_way} Wait until it has ended, or stop it with Ctrl-C, and run again."
            ) from error
        print(f"{under_way} Waiting for it to end …", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()


def _end_leftovers(mark: str, *, of: str) -> None:
    if processes.wait_until_gone(mark, seconds=_UNREMARKABLE):
        return
    print(f"Waiting for what is left of {of} to end (processes {processes.marked(mark)}) …", flush=True)
    processes.end_marked(mark)
