"""Competitors measured in turn, so that whatever else the machine does hits them all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

ROUNDS: Final = 12

Competitor: TypeAlias = Callable[[int], object]
"""Does its work so many times."""


def calling(work: Callable[[], object]) -> Competitor:
    """A competitor that calls a function."""

    def call(times: int) -> None:
        for _ in range(times):
            work()

    return call


def processor_microseconds(competitors: Mapping[str, Competitor], *, times: int) -> dict[str, float]:
    """Processor time of each one's work, in µs: the least of several rounds, in each of which everybody has a turn."""
    best = dict.fromkeys(competitors, float("inf"))
    for compete in competitors.values():
        compete(1)
    for _ in range(ROUNDS):
        for name, compete in competitors.items():
            begin = time.process_time()
            compete(times)
            best[name] = min(best[name], (time.process_time() - begin) / times * 1_000_000)
    return best
