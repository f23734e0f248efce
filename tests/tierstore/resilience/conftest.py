"""All tiers together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from environments.target import SandboxConnection
from tests.tierstore.real_redis import RealRedis
from tierstore.connection import Connection


@pytest.fixture
def patience() -> None:
    """No more than applications have: they must live with nodes that answer late, too."""


@pytest.fixture
def healthy(
    connection: Connection,
    sandbox: SandboxConnection,
    real_redis: RealRedis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Connection:
    """The sandbox's tables and buckets, and a Redis Cluster that may be harmed."""
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(sandbox.credentials_file))
    both = tmp_path / "authorities.pem"
    assert connection.ca_file is not None
    assert real_redis.connection.ca_file is not None
    both.write_text(connection.ca_file.read_text() + real_redis.connection.ca_file.read_text())
    passwords = real_redis.connection.redis_passwords_file
    return replace(connection, redis=real_redis.connection.redis, redis_passwords_file=passwords, ca_file=both)
