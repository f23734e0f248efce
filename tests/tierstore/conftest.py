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


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealRedis]:
    """A real Redis Cluster; use `real_redis`, which is empty."""
    with running_redis(tmp_path_factory.mktemp("redis")) as running:
        yield running


@pytest.fixture
def real_redis(shared_redis: RealRedis) -> RealRedis:
    """A real Redis Cluster, empty; whoever harms it heals it."""
    shared_redis.empty()
    return shared_redis
