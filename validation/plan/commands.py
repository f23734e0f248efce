"""Runs the commands that make a plan, and winds them up in order when the review is interrupted."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PATIENCE: Final = 30
"""Seconds that an interrupted command gets to stop what it started."""


def run(
    command: Sequence[str | Path], *, directory: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; whoever calls looks at its exit code."""
    with started(command, directory=directory, environment=environment, stderr=subprocess.PIPE) as process:
        stdout, stderr = process.communicate()
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


@contextmanager
def started(
    command: Sequence[str | Path],
    *,
    directory: Path,
    environment: Mapping[str, str],
    stderr: int = subprocess.STDOUT,
) -> Iterator[subprocess.Popen[str]]:
    """A running command, with a pipe for its output; it has ended when the context is left."""
    with subprocess.Popen(
        command,
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        # Ctrl-C reaches this process alone, which passes it on once.
        process_group=0,
    ) as process:
        try:
            yield process
        except BaseException:
            process.send_signal(signal.SIGINT)
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
