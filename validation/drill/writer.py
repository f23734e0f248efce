"""One client that writes to Redis at a steady rate and remembers what was acknowledged."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import redis
from redis.cluster import RedisCluster
from redis.exceptions import RedisClusterException

from validation.drill.gaps import GapMeter
from validation.drill.ledger import Ledger
from validation.drill.wait import write_and_wait

CLIENT_ERRORS: Final = (redis.RedisError, RedisClusterException)
PAUSE_SECONDS: Final = 0.05
"""Between two attempts at one write; redis-py itself does not pause between its own."""
WAIT_MILLISECONDS: Final = 250
"""How long WAIT waits for a replica; less than the client's patience with one answer."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What one writer does: it sets bit after bit of the bitmap `key`, which lives on `shard`."""

    shard: str
    key: str
    waits: bool
    """Whether it asks by WAIT that a replica confirms each write."""


class Writer:
    """Setting a bit twice is the same as once, so an attempt whose answer was lost can be made again."""

    def __init__(
        self,
        client: RedisCluster,
        assignment: Assignment,
        *,
        per_second: float,
        patience_seconds: float,
        meter: GapMeter,
        stop: threading.Event,
    ) -> None:
        self.assignment = assignment
        self.accepted = Ledger()
        """Writes that the primary alone acknowledged."""
        self.confirmed = Ledger()
        """Writes that a replica has as well, as WAIT says."""
        self.failed = 0
        """Writes given up after `patience_seconds`."""
        self.retried: Counter[str] = Counter()
        """Errors that redis-py reported, by type; each was followed by another attempt."""
        self._client = client
        self._interval = 1 / per_second
        self._patience = patience_seconds
        self._meter = meter
        self._stop = stop

    def run(self) -> None:
        """Write until told to stop; what is late is not caught up."""
        due = time.monotonic()
        sequence = 0
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            self._write(sequence)
            sequence += 1
            due = max(due + self._interval, time.monotonic())

    def _write(self, sequence: int) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                confirmed = self._attempt(sequence)
            except CLIENT_ERRORS as error:
                self.retried[type(error).__name__] += 1
                if time.monotonic() > deadline:
                    self.failed += 1
                    return
                if self._stop.wait(PAUSE_SECONDS):
                    return
            else:
                self._meter.success(time.monotonic())
                (self.confirmed if confirmed else self.accepted).record(sequence)
                return

    def _attempt(self, sequence: int) -> bool:
        """Write, and tell whether a replica confirmed it."""
        key = self.assignment.key
        if self.assignment.waits:
            with suppress(*CLIENT_ERRORS):
                command = ("SETBIT", key, sequence, 1)
                return write_and_wait(self._client, key, *command, replicas=1, milliseconds=WAIT_MILLISECONDS) > 0
        # redis-py finds the new owner of the slot. A WAIT after it could go to another connection than the write,
        # about which it says nothing, so this write stays unconfirmed.
        self._client.setbit(key, sequence, 1)
        return False
