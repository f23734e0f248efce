"""Starting, stopping and looking at a sandbox."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from environments.target import SandboxConnection
from sandbox import administration, connection, gateway, processes
from sandbox.directory import ENVIRONMENT_VARIABLE, Directory
from sandbox.errors import SandboxError
from sandbox.redis_cluster import cluster
from toolchain import paths

_STOP_GRACE = 20.0  # seconds
_HEALTH_SECONDS = 5.0
_FAULT_SECONDS = 30.0
# What every environment deployed at once would take, and more: the emulator goes on where a disk is full, and forgets.
_LEAST_FREE_BYTES = 100 * 1024 * 1024

Progress = Callable[[str], None]


def up(directory: Directory, *, port: int | None, progress: Progress) -> SandboxConnection:
    """Return the connection of a running, healthy sandbox, started if need be with the state it had.

    Raises SandboxError where it cannot be started; then nothing is left running.
    """
    if sys.platform != "linux":
        raise SandboxError(f"The sandbox needs Linux (/proc, and all of 127.0.0.0/8 as loopback), not {sys.platform}.")
    directory.root.mkdir(parents=True, exist_ok=True)
    directory.root.chmod(0o700)
    with _exclusively(directory, progress):
        running = healthy(directory)
        if running is not None and port in (None, running.port):
            progress(f"already running at {running.endpoint}")
            return running
        if processes.of_pid_file(directory.gateway_pid) is not None:
            progress("stopping the gateway of an earlier run")
            processes.stop(directory.gateway_pid, grace=_STOP_GRACE)
        _require_space(directory)
        return _start(directory, port=port, progress=progress)


def down(directory: Directory, *, progress: Progress) -> None:
    """Stop the sandbox and keep all it knows for the next start; nothing happens where there is none."""
    if not directory.root.exists():
        return
    with _exclusively(directory, progress):
        _stop(directory, progress)


def reset(directory: Directory, *, progress: Progress) -> SandboxConnection | None:
    """Wipe all the sandbox knows, and the Terraform state of what was deployed on it.

    Where it was running it runs again, empty, at the same endpoint. Returns its connection then.
    """
    running = healthy(directory)
    if directory.root.exists():
        with _exclusively(directory, progress):
            _stop(directory, progress)
            shutil.rmtree(directory.root)
    return up(directory, port=running.port, progress=progress) if running else None


def healthy(directory: Directory) -> SandboxConnection | None:
    """Return the connection of a sandbox whose gateway runs and answers, or None."""
    process, known = processes.of_pid_file(directory.gateway_pid), connection.read(directory)
    if process is None or known is None or known.pid != process.pid:
        return None
    try:
        request(known, "GET", administration.STATUS, seconds=_HEALTH_SECONDS)
    except OSError:
        return None
    return known


def request(
    known: SandboxConnection,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    seconds: float = _FAULT_SECONDS,
) -> dict[str, Any]:
    """Call the sandbox's own interface; raise SandboxError where it refuses, OSError where it does not answer."""
    wanted = urllib.request.Request(  # noqa: S310 (https, always)
        known.endpoint + path,
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"content-type": "application/json"},
    )
    context = ssl.create_default_context(cafile=str(known.ca_file))
    try:
        with urllib.request.urlopen(wanted, timeout=seconds, context=context) as response:  # noqa: S310 (https, always)
            answer: dict[str, Any] = json.load(response)
    except urllib.error.HTTPError as refusal:
        raise SandboxError(json.load(refusal)["error"]) from refusal
    return answer


def _require_space(directory: Directory) -> None:
    free = shutil.disk_usage(directory.root).free
    if free < _LEAST_FREE_BYTES:
        raise SandboxError(
            f"The disk of {directory.root} has {free:,} bytes free; the sandbox wants {_LEAST_FREE_BYTES:,}. "
            f"Free some, or name a directory elsewhere with --directory or {ENVIRONMENT_VARIABLE}."
        )


def _start(directory: Directory, *, port: int | None, progress: Progress) -> SandboxConnection:
    command = [sys.executable, "-m", "sandbox.gateway", "--directory", str(directory.root)]
    if port is not None:
        command += ["--port", str(port)]
    with _tidy_on_failure(directory):
        outcome = _listen_until_ready(directory, command, progress)
        known = connection.read(directory)
        if outcome != gateway.READY or known is None:
            reason = outcome.removeprefix(gateway.ERROR) or f"see {directory.gateway_log}"
            raise SandboxError(f"The sandbox did not start: {reason}")
        progress(f"running at {known.endpoint}")
        return known


def _listen_until_ready(directory: Directory, command: list[str], progress: Progress) -> str:
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as sayings:
        processes.start(
            command,
            pid_file=directory.gateway_pid,
            folder=paths.ROOT,
            log=directory.gateway_log,
            stdout=write_end,
        )
        os.close(write_end)
        for saying in sayings:
            if saying.strip() == gateway.READY or saying.startswith(gateway.ERROR):
                return saying.strip()
            progress(saying.strip())
    return ""


@contextmanager
def _tidy_on_failure(directory: Directory) -> Iterator[None]:
    def interrupt(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    previous = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except BaseException:
        _stop(directory, lambda _: None)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)


def _stop(directory: Directory, progress: Progress) -> None:
    if processes.of_pid_file(directory.gateway_pid) is not None:
        progress("stopping the gateway and its Redis nodes")
    processes.stop(directory.gateway_pid, grace=_STOP_GRACE)
    cluster.stop_all(directory.redis)
    directory.connection.unlink(missing_ok=True)


@contextmanager
def _exclusively(directory: Directory, progress: Progress) -> Iterator[None]:
    with directory.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("waiting for another command that is changing this sandbox")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
