"""An application at 200 operations a second while Redis loses a primary, or is away altogether: no operation fails."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from statistics import quantiles

import pytest

from tests.tierstore.real_redis import RealRedis
from tests.tierstore.resilience.workload import Application, Journal, differences
from tierstore import Storage
from tierstore.connection import Connection

pytestmark = [pytest.mark.integration, pytest.mark.slow]

OPERATIONS_PER_SECOND = 200
WRITERS = 20
BEFORE, DURING, AFTER = 1.5, 4.0, 3.0
"""Seconds."""


@pytest.fixture
def storage(healthy: Connection) -> Iterator[Storage]:
    with closing(Storage(healthy)) as storage:
        yield storage


class Load:
    """Writers that share the rate, and what came of it."""

    def __init__(self, storage: Storage) -> None:
        self._applications = [Application(storage, random.Random(seed), Journal()) for seed in range(WRITERS)]
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(each,)) for each in self._applications]
        self.failures: list[str] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    @property
    def seconds(self) -> list[float]:
        return [took for each in self._applications for those in each.seconds.values() for took in those]

    def differences(self, storage: Storage) -> list[str]:
        return [each for app in self._applications for each in differences(storage, app.journal.entries)]

    def _run(self, application: Application) -> None:
        due = time.monotonic()
        while not self._is_over.is_set():
            try:
                application.step()
            except Exception as error:  # noqa: BLE001 - counted
                self.failures.append(f"{type(error).__name__}: {error}")
            due += WRITERS / OPERATIONS_PER_SECOND
            self._is_over.wait(max(0.0, due - time.monotonic()))


@pytest.fixture(params=["a primary is killed", "all of Redis is stopped"])
def outage(request: pytest.FixtureRequest, real_redis: RealRedis) -> Callable[[], AbstractContextManager[None]]:
    if request.param == "all of Redis is stopped":
        return real_redis.stopped
    return lambda: real_redis.killed(real_redis.primary_of("any key"))


def test_no_operation_fails_and_no_acknowledged_write_is_lost(
    storage: Storage, outage: Callable[[], AbstractContextManager[None]]
) -> None:
    with Load(storage) as load:
        time.sleep(BEFORE)
        with outage():
            time.sleep(DURING)
        time.sleep(AFTER)

    cuts = quantiles(load.seconds, n=100)
    # Shown with `-s`.
    print(f"{len(load.seconds)} operations, p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms")
    assert load.failures == []
    assert load.differences(storage) == []
