"""Faults of every kind: nothing that was acknowledged is lost, and nothing is done twice.

A fifth of the requests to the tables meet with a fault, cached bytes are corrupted all the time, processes are killed.

`TIERSTORE_TEST_OPERATIONS=20000` makes the run as long as wanted.
"""

from __future__ import annotations

import os
import pickle
import random
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from tests.tierstore.real_redis import RealRedis
from tests.tierstore.resilience.faulty_proxy import FAULTS, faulty_proxy
from tests.tierstore.resilience.workload import Entry, Journal, differences
from tierstore import Storage
from tierstore.connection import Connection
from toolchain.paths import ROOT

pytestmark = [pytest.mark.integration, pytest.mark.slow]

OPERATIONS_VARIABLE = "TIERSTORE_TEST_OPERATIONS"
OPERATIONS = int(os.environ.get(OPERATIONS_VARIABLE, "3000"))
PROCESSES = 2
SHORTEST_LIFE, LONGEST_LIFE = 4.0, 12.0
"""Seconds until a process is killed."""


class Worker:
    """A process that is killed some seconds after it has begun to work."""

    def __init__(self, folder: Path, seed: int, connection: Connection, life: float) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "tests.tierstore.resilience.worker", str(folder), str(seed), str(OPERATIONS)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
        assert self._process.stdin is not None
        self._process.stdin.write(pickle.dumps(connection))
        self._process.stdin.close()
        self._life = life
        self._killed_at: float | None = None

    @property
    def operations(self) -> int:
        return sum(file.stat().st_size for file in self.folder.glob("*.steps"))

    @property
    def entries(self) -> list[list[Entry]]:
        return [Journal.read(file) for file in sorted(self.folder.glob("*.jsonl"))]

    def is_over(self) -> bool:
        """Whether it has been killed, which is done as soon as its time has come."""
        if self._killed_at is None and self.operations:
            self._killed_at = time.monotonic() + self._life
        if self._killed_at is not None and time.monotonic() >= self._killed_at:
            self.kill()
        return self._process.poll() is not None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


_DAMAGES = (
    "return redis.call('SET', KEYS[1], ARGV[1], 'XX', 'KEEPTTL')",
    "return redis.call('SET', KEYS[1], string.sub(redis.call('GET', KEYS[1]), 1, -5), 'KEEPTTL')",
    "return redis.call('SETRANGE', KEYS[1], math.random(0, redis.call('STRLEN', KEYS[1]) - 1), ARGV[2])",
)
"""Other bytes, fewer bytes, one byte that differs."""


@contextmanager
def vandal(real_redis: RealRedis, dice: random.Random) -> Iterator[Counter[str]]:
    """Damages cached copies all the time."""
    corrupted: Counter[str] = Counter()
    is_over = threading.Event()
    primaries = [real_redis.operator(key) for key in ("a", "b", "c", "d", "e")]

    def corrupt() -> None:
        while not is_over.wait(0.01):
            client = dice.choice(primaries)
            with suppress(redis.RedisError):
                key = client.randomkey()
                if isinstance(key, str) and key.startswith(("entity:", "session:")) and key.endswith("}"):
                    client.eval(dice.choice(_DAMAGES), 1, key, dice.randbytes(40), dice.randbytes(1))
                    corrupted["copies"] += 1

    thread = threading.Thread(target=corrupt)
    thread.start()
    try:
        yield corrupted
    finally:
        is_over.set()
        thread.join()


def test_the_tiers_hold_what_the_journals_say(healthy: Connection, real_redis: RealRedis, tmp_path: Path) -> None:
    dice = random.Random(20261122)
    assert healthy.endpoint_url is not None
    tls = ssl.create_default_context(cafile=str(healthy.ca_file))
    workers: list[Worker] = []
    with faulty_proxy(healthy.endpoint_url, tls, seed=7) as (url, injected), vandal(real_redis, dice) as corrupted:
        faulty = replace(healthy, endpoint_url=url)
        running: list[Worker] = []
        while sum(worker.operations for worker in workers) < OPERATIONS:
            while len(running) < PROCESSES:
                seed = len(workers)
                life = dice.uniform(SHORTEST_LIFE, LONGEST_LIFE)
                running.append(Worker(tmp_path / f"worker-{seed}", seed, faulty, life))
                workers.append(running[-1])
            time.sleep(0.05)
            running = [worker for worker in running if not worker.is_over()]
        for worker in running:
            worker.kill()

    journals = [entries for worker in workers for entries in worker.entries]
    summary = {
        "operations": sum(worker.operations for worker in workers),
        "writes": sum(map(len, journals)),
        "unacknowledged": sum(not entry.is_done for entries in journals for entry in entries),
        "faults": injected.total(),
        "kinds of faults": len(injected),
        "corrupted": corrupted["copies"],
        "killed": len(workers),
    }
    # Shown with `-s`: a long run is made to be looked at.
    print(summary)
    assert injected.total() > OPERATIONS * FAULTS / 3
    assert corrupted["copies"] > 0
    with closing(Storage(healthy)) as storage:
        assert [each for entries in journals for each in differences(storage, entries)] == []
