"""All writers of a drill: started and stopped together, and their ledgers read back."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from redis.cluster import RedisCluster

from validation.drill.gaps import Gap, GapMeter
from validation.drill.writer import CLIENT_ERRORS, PAUSE_SECONDS, Assignment, Writer

JOIN_SECONDS: Final = 10.0
"""Patience with writers that were told to stop; one attempt takes much less."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Fate:
    """What became of acknowledged writes."""

    acknowledged: int
    lost: int
    """No longer in Redis."""


class Load:
    """Continuous writes by several writers through one cluster client, as an application would share it."""

    def __init__(
        self, client: RedisCluster, assignments: Sequence[Assignment], *, per_second: float, patience_seconds: float
    ) -> None:
        self._client = client
        self._patience = patience_seconds
        self._stop = threading.Event()
        self._ended: float | None = None
        now = time.monotonic()
        self._meters = {assignment.shard: GapMeter(now) for assignment in assignments}
        self._writers = [
            Writer(
                client,
                assignment,
                per_second=per_second,
                patience_seconds=patience_seconds,
                meter=self._meters[assignment.shard],
                stop=self._stop,
            )
            for assignment in assignments
        ]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Write while the context is open."""
        threads = [threading.Thread(target=writer.run, daemon=True) for writer in self._writers]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended = time.monotonic()
            self._stop.set()
            for thread in threads:
                thread.join(max(0.0, self._ended + JOIN_SECONDS - time.monotonic()))

    def longest_gaps(self) -> Mapping[str, Gap]:
        """By shard, as of now or of when the writers were stopped."""
        now = time.monotonic() if self._ended is None else self._ended
        return {shard: meter.longest(now) for shard, meter in self._meters.items()}

    @property
    def failed(self) -> int:
        """Writes that were given up."""
        return sum(writer.failed for writer in self._writers)

    @property
    def retried(self) -> Mapping[str, int]:
        """Errors that redis-py reported and a retry made good, by type."""
        return sum((writer.retried for writer in self._writers), Counter[str]())

    def read_back(self) -> tuple[Fate, Fate]:
        """The fate of the writes that WAIT confirmed, and of those that the primary alone acknowledged."""
        stored = {writer: self._stored(writer.assignment.key) for writer in self._writers}
        confirmed = Fate(
            acknowledged=sum(writer.confirmed.count for writer in self._writers),
            lost=sum(writer.confirmed.missing_from(bits) for writer, bits in stored.items()),
        )
        accepted = Fate(
            acknowledged=sum(writer.accepted.count for writer in self._writers),
            lost=sum(writer.accepted.missing_from(bits) for writer, bits in stored.items()),
        )
        return confirmed, accepted

    def _stored(self, key: str) -> bytes:
        found = self._patiently(lambda: self._client.get(key))
        return found if isinstance(found, bytes) else b""

    def _patiently(self, ask: Callable[[], T]) -> T:
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return ask()
            except CLIENT_ERRORS:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE_SECONDS)
