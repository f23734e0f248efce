from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from toolchain import paths, redis_server
from toolchain.errors import ToolchainError


def redis_that_says(folder: Path, *, version: str, to_tls_port: str) -> Path:
    executable = folder / "redis-server"
    executable.write_text(
        f"#!/bin/sh\n[ \"$1\" = --version ] && echo 'Redis server v={version} sha=0' || echo '{to_tls_port}'\n"
    )
    executable.chmod(0o755)
    return executable


LISTENS_NOWHERE = "# Configured to not listen anywhere, exiting."
BAD_DIRECTIVE = "*** FATAL CONFIG FILE ERROR ***"


def test_a_new_enough_server_with_tls_is_fit(tmp_path: Path) -> None:
    assert redis_server.shortcomings(redis_that_says(tmp_path, version="7.0.15", to_tls_port=LISTENS_NOWHERE)) == ""


def test_an_old_server_is_unfit(tmp_path: Path) -> None:
    old = redis_that_says(tmp_path, version="6.2.14", to_tls_port=LISTENS_NOWHERE)
    assert redis_server.shortcomings(old) == "is version 6.2.14, but 7.0 or newer is needed"


def test_a_server_without_tls_is_unfit(tmp_path: Path) -> None:
    plain = redis_that_says(tmp_path, version="7.4.1", to_tls_port=BAD_DIRECTIVE)
    assert redis_server.shortcomings(plain) == "was built without TLS, which is needed"


def test_a_program_that_does_not_run_is_unfit(tmp_path: Path) -> None:
    assert "version unknown" in redis_server.shortcomings(tmp_path / "missing")


def test_a_fit_server_on_path_is_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = redis_that_says(tmp_path, version="8.0.2", to_tls_port=LISTENS_NOWHERE)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(paths, "REDIS", tmp_path / "build" / "redis")
    redis_server.install()
    assert redis_server.find().resolve() == installed


def test_an_unfit_server_is_refused_where_nothing_can_fetch_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis_that_says(tmp_path, version="6.0.16", to_tls_port=LISTENS_NOWHERE)
    monkeypatch.setattr(paths, "REDIS", tmp_path / "build" / "redis")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainError, match=r"version unknown|6\.0\.16.*no apt-get.*Install Redis 7\.0"):
        redis_server.install()
    assert not paths.REDIS.exists()


def test_before_the_installation_the_server_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "REDIS", tmp_path / "redis")
    with pytest.raises(ToolchainError, match="python3 -m toolchain install"):
        redis_server.find()


def test_the_installed_server_is_fit() -> None:
    assert redis_server.shortcomings(redis_server.find()) == ""


def test_the_installed_server_keeps_its_process_id() -> None:
    # Whoever starts it signals it by that id, so no shell may stay between.
    server = redis_server.find()
    started = subprocess.Popen([server, "--port", "0", "--unixsocket", "/dev/null/no"], stdout=subprocess.PIPE)
    output, _ = started.communicate(timeout=300)
    assert f"pid={started.pid},".encode() in output
