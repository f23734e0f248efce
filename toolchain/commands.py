"""Runs one tool to its end, its output kept in a log file instead of on the terminal."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain import paths
from toolchain.errors import ToolchainError
from toolchain.processes import die_with_parent

# What pip, uv, npm and apt-get say when they can't reach their servers; the last two only follow from it.
_NETWORK_FAILURE = re.compile(
    r"ENOTFOUND|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN|network (?:is unreachable|error)"
    r"|Could not resolve|Temporary failure (?:in name resolution|resolving)|dns error|Name or service not known"
    r"|Connection (?:refused|timed out|reset)|NewConnectionError|ProxyError|Failed to (?:fetch|connect)"
    r"|tcp connect error|from versions: none|Unable to locate package",
    re.IGNORECASE,
)
_TAIL_LINES = 15


def run(
    command: Sequence[str | Path],
    *,
    log: str,
    needs: str,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
) -> None:
    """Run a command and raise ToolchainError, with the end of its log, where it fails.

    `log` names the file under `build/log/`; `needs` says what the command must reach, for the message that a
    broken network gets; `environment` is added to this process's own.
    """
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    log_file = paths.LOGS / f"{log}.log"
    with log_file.open("wb") as output:
        finished = subprocess.run(
            command,
            cwd=directory or paths.ROOT,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
            check=False,
        )
    if finished.returncode != 0:
        raise ToolchainError(explain_failure(command, finished.returncode, log_file=log_file, needs=needs))


def explain_failure(command: Sequence[str | Path], code: int, *, log_file: Path, needs: str) -> str:
    """Say what a failed command means: a network that is not there, or else the end of its own output."""
    output = log_file.read_text(errors="replace")
    network = _NETWORK_FAILURE.search(output)
    if network is not None:
        return (
            f"Could not reach {needs} ({network.group()}). "
            f"Check the network, and the settings for a proxy or mirror, and run again. More in {log_file}"
        )
    tail = "\n".join(f"    {line}" for line in output.splitlines()[-_TAIL_LINES:])
    return f"`{Path(command[0]).name}` ended with code {code}. The end of {log_file}:\n{tail}"
