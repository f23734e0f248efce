"""Two processes of an application over the same tables and the same Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tierstore.api.with_redis.tiers import Process
from tests.tierstore.dynamodb.conftest import World, moto, world  # noqa: F401 - fixtures
from tests.tierstore.real_redis import RealRedis


@pytest.fixture
def processes(real_redis: RealRedis, world: World) -> Iterator[tuple[Process, Process]]:  # noqa: F811 - the fixture
    """Two processes, each with a cache and groups of its own."""
    processes = Process(world, real_redis.connection), Process(world, real_redis.connection)
    yield processes
    for process in processes:
        process.close()


@pytest.fixture
def one(processes: tuple[Process, Process]) -> Process:
    """The first process."""
    return processes[0]


@pytest.fixture
def other(processes: tuple[Process, Process]) -> Process:
    """The second process."""
    return processes[1]
