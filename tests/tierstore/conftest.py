"""What tests of the library share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.patience import SECONDS, wait_long_for_redis, wait_long_for_tables
from tests.tierstore.live_aws import (  # noqa: F401 - fixtures
    assets,
    aws,
    carry_out,
    client,
    connection,
    run,
    runner,
    s3,
    sandbox,
    transport,
    uploads,
)
from tests.tierstore.real_redis import RealRedis, running_redis


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRedis]:
    """A real Redis Cluster; use `real_redis`, which is empty."""
    with running_redis(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture(autouse=True, scope="session")
def patience_with_tables() -> Iterator[None]:
    """Lets tables take their time."""
    with pytest.MonkeyPatch.context() as patch:
        wait_long_for_tables(patch)
        yield


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets Redis take its time."""
    wait_long_for_redis(monkeypatch)


@pytest.fixture
def long_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets claims that nobody prolongs outlast any load."""
    monkeypatch.setattr("tierstore.cache.scripts.LOCK_SECONDS", SECONDS)


@pytest.fixture
def real_redis(shared_redis: RealRedis, patience: None) -> RealRedis:  # noqa: ARG001 - it sets how long to wait
    """A real Redis Cluster, empty; whoever harms it heals it."""
    shared_redis.empty()
    return shared_redis
