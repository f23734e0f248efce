"""A redis-server that is new enough and speaks TLS: the system's own, or one from the distribution's packages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from toolchain import commands, paths
from toolchain.errors import ToolchainError

# Redis 7.0 brought ACL selectors, sharded pub/sub and CLUSTER ADDSLOTSRANGE, which the sandbox's cluster is built with.
MINIMUM_VERSION = (7, 0)
_NAME = "redis-server"
_WHAT_TO_DO = (
    "Install Redis 7.0 or newer, built with TLS, so that redis-server is on PATH "
    "(Fedora: `dnf install redis`; macOS: `brew install redis`; or from https://redis.io/docs/latest/get-started/), "
    "and run again."
)


def find() -> Path:
    """Return the redis-server to run; raise ToolchainError where none is installed."""
    executable = paths.REDIS / _NAME
    if not executable.exists():
        raise ToolchainError(f"No redis-server at {executable}. Run `python3 -m toolchain install`.")
    return executable


def install() -> None:
    """Make `find()` succeed: link a fit redis-server on PATH, or else unpack the distribution's packages."""
    on_path = shutil.which(_NAME)
    if on_path is not None and not shortcomings(Path(on_path)):
        _replace_redis(_linked(Path(on_path)))
        return
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        found = f"{on_path} {shortcomings(Path(on_path))}" if on_path else "redis-server is not on PATH"
        raise ToolchainError(f"{found}, and this system has no apt-get to fetch it with. {_WHAT_TO_DO}")
    _replace_redis(_unpacked_from_debian_packages())


def shortcomings(executable: Path) -> str:
    """Say why an executable is unfit (`"is version 6.0.16 …"`); empty where it is fit."""
    version = _version(executable)
    if version < MINIMUM_VERSION:
        given = ".".join(map(str, version)) or "unknown"
        return f"is version {given}, but {'.'.join(map(str, MINIMUM_VERSION))} or newer is needed"
    if not _speaks_tls(executable):
        return "was built without TLS, which is needed"
    return ""


def _version(executable: Path) -> tuple[int, ...]:
    answer = _output_of(executable, "--version")
    found = re.search(r"\bv=(\d+)\.(\d+)\.(\d+)", answer)
    return tuple(int(number) for number in found.groups()) if found else ()


def _speaks_tls(executable: Path) -> bool:
    # A server without TLS rejects the directive; one with TLS reads it, and ends because no port is open.
    return "not listen anywhere" in _output_of(executable, "--port", "0", "--tls-port", "0")


def _output_of(executable: Path, *arguments: str) -> str:
    try:
        finished = subprocess.run(
            [executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return finished.stdout


def _linked(executable: Path) -> Path:
    folder = _new_folder()
    (folder / _NAME).symlink_to(executable)
    return folder


def _unpacked_from_debian_packages() -> Path:
    folder = _new_folder()
    for package in _download_packages(folder / "apt"):
        commands.run(["dpkg", "-x", package, folder / "root"], log="redis-unpack", needs="nothing on the network")
    shutil.rmtree(folder / "apt")
    launcher = folder / _NAME
    _write_launcher(launcher, root=folder / "root")
    reason = shortcomings(launcher)
    if reason:
        raise ToolchainError(f"The redis-server of this distribution's packages {reason}. {_WHAT_TO_DO}")
    return folder


def _download_packages(folder: Path) -> list[Path]:
    """Download redis-server and what it needs beyond the installed packages, with the system's own package sources.

    State and cache lie in `folder`, so that no root is needed and the system stays as it is.
    """
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    apt_get = [
        "apt-get",
        "--yes",
        f"--option=Dir::State={folder}",
        "--option=Dir::State::status=/var/lib/dpkg/status",
        f"--option=Dir::Cache={folder / 'cache'}",
        "--option=APT::Sandbox::User=root",
        "--option=Debug::NoLocking=true",
    ]
    needs = "the distribution's package server, for redis-server"
    commands.run([*apt_get, "update"], log="redis-update", needs=needs)
    download = [
        "install",
        "--download-only",
        "--reinstall",
        "--no-install-recommends",
        "redis-server",
        "redis-tools",
    ]
    commands.run([*apt_get, *download], log="redis-download", needs=needs)
    return sorted((folder / "cache" / "archives").glob("*.deb"))


def _write_launcher(launcher: Path, *, root: Path) -> None:
    folders = sorted({library.parent.relative_to(launcher.parent) for library in root.rglob("*.so*")})
    search_path = os.pathsep.join(f"$here/{folder}" for folder in folders)
    launcher.write_text(
        "#!/bin/sh\n"
        "here=${0%/*}\n"
        f'export LD_LIBRARY_PATH="{search_path}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"\n'
        f'exec "$here/{root.relative_to(launcher.parent)}/usr/bin/redis-server" "$@"\n'
    )
    launcher.chmod(0o755)


def _new_folder() -> Path:
    folder = paths.REDIS.with_name(paths.REDIS.name + ".new")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _replace_redis(folder: Path) -> None:
    shutil.rmtree(paths.REDIS, ignore_errors=True)
    folder.rename(paths.REDIS)
