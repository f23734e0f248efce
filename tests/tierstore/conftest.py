"""What tests of the library share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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

PATIENCE = 30.0
"""Seconds in which a node answers that has not failed, however busy the machine is."""


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRedis]:
    """A real Redis Cluster; use `real_redis`, which is empty."""
    with running_redis(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets Redis take its time: what applications must not wait for is no outage on a machine that is busy."""
    monkeypatch.setattr("tierstore.redis.routing.ANSWER_SECONDS", PATIENCE)
    monkeypatch.setattr("tierstore.redis.routing.REFRESH_ANSWER_SECONDS", PATIENCE)
    monkeypatch.setattr("tierstore.redis.routing._WAIT", ("WAIT", 1, round(PATIENCE * 1000)))
    for module in ("transport", "asyncio_transport"):
        monkeypatch.setattr(f"tierstore.redis.{module}.PERMIT_SECONDS", PATIENCE)


@pytest.fixture
def real_redis(shared_redis: RealRedis, patience: None) -> RealRedis:  # noqa: ARG001 - it sets how long to wait
    """A real Redis Cluster, empty; whoever harms it heals it."""
    shared_redis.empty()
    return shared_redis
