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


@contextmanager
def only_run(name: str, *, of: str) -> Iterator[dict[str, str]]:
    """Be the only run called `name` in this checkout, after everything that a killed one left has ended.

    Gives the environment variables that mark the run's child processes. `of` says in messages what runs. Raises
    ToolchainError while another run is under way.
    """
    paths.RUN.mkdir(parents=True, exist_ok=True)
    record = paths.RUN / f"{name}.mark"
    with (paths.RUN / f"{name}.lock").open("a+") as lock:
        _acquire(lock, of=of)
        if record.exists():
            _end_leftovers(record.read_text(), of=of)
        mark = secrets.token_hex(16)
        record.write_text(mark)
        try:
            yield {processes.MARK_VARIABLE: mark}
        finally:
            _end_leftovers(mark, of=of)
            record.unlink()


def _acquire(lock: IO[str], *, of: str) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.seek(0)
        raise ToolchainError(
            f"{of} is running in this checkout already (process {lock.read().strip() or 'unknown'}). "
            "Wait until it has ended, or stop it with Ctrl-C, and run again."
        ) from error
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()


def _end_leftovers(mark: str, *, of: str) -> None:
    leftovers = processes.marked(mark)
    if leftovers:
        print(f"Waiting for what is left of {of} to finish and save its state (processes {leftovers}) …", flush=True)
        processes.end_marked(mark)
