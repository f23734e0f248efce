"""What a failover drill measured, and what that means against the environment's limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from environments.schema import FailoverLimits
from validation.drill.load import Fate
from validation.drill.timeline import Moment
from validation.framework.result import Status


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Every figure of a drill; seconds count from the trigger, and None means that it was not seen."""

    shard: str
    started_at: datetime
    """When the trigger was pulled."""
    longest_gaps: Mapping[str, float]
    """Seconds without a successful write, by shard."""
    failed_operations: int
    retried_errors: Mapping[str, int]
    """Errors that redis-py reported and another attempt made good, by type."""
    confirmed: Fate
    """Writes that a replica had confirmed by WAIT."""
    accepted: Fate
    """Writes that the primary alone had acknowledged."""
    new_primary_seconds: float | None
    recovery_seconds: float | None
    """Until every replica was back in sync."""
    available_seconds: float | None
    """Until ElastiCache called the replication group available."""
    timeline: tuple[Moment, ...]
    interrupted: bool

    @property
    def other_shards_gap(self) -> float | None:
        """The longest gap on a shard that was not failed over; None where there is no such shard."""
        others = [gap for shard, gap in self.longest_gaps.items() if shard != self.shard]
        return max(others, default=None)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One figure against its limit."""

    what: str
    measured: str
    limit: str
    status: Status


def verdicts(measurement: Measurement, limits: FailoverLimits) -> tuple[Verdict, ...]:
    """Every figure that has a limit; what was never seen has failed."""
    return tuple(_verdicts(measurement, limits))


def passed(judged: Iterable[Verdict]) -> bool:
    """Whether every limit was kept."""
    return all(each.status is Status.PASSED for each in judged)


def figures(measurement: Measurement) -> dict[str, str]:
    """The figures that have no limit, in words."""
    confirmed, accepted = measurement.confirmed, measurement.accepted
    retried = ", ".join(f"{count} {name}" for name, count in sorted(measurement.retried_errors.items()))
    other_gap = measurement.other_shards_gap
    return {
        "new primary after": seconds_text(measurement.new_primary_seconds),
        "replication group available after": seconds_text(measurement.available_seconds),
        "longest gap on other shards": "there are none" if other_gap is None else seconds_text(other_gap),
        "writes confirmed by WAIT": str(confirmed.acknowledged),
        "writes without WAIT": f"{accepted.acknowledged}, lost {accepted.lost}",
        "errors that a retry made good": retried or "none",
    }


def seconds_text(seconds: float | None) -> str:
    """Seconds as people read them."""
    return "not seen" if seconds is None else f"{seconds:.2f} s"


def _verdicts(measurement: Measurement, limits: FailoverLimits) -> Iterator[Verdict]:
    yield verdict(
        "longest time without a successful write",
        max(measurement.longest_gaps.values()),
        limits.longest_gap_seconds,
        unit=" s",
    )
    yield verdict("operations that retries could not save", measurement.failed_operations, limits.failed_operations)
    # Where nothing was confirmed, nothing was shown either.
    lost = measurement.confirmed.lost if measurement.confirmed.acknowledged else None
    yield verdict("writes confirmed by WAIT that were lost", lost, 0)
    yield verdict("replica back in sync after", measurement.recovery_seconds, limits.recovery_seconds, unit=" s")


def verdict(what: str, measured: float | None, limit: float, *, unit: str = "") -> Verdict:
    """A figure that may be `limit` at most; one that was never seen has failed."""
    kept = measured is not None and measured <= limit
    return Verdict(
        what=what,
        measured="not seen" if measured is None else f"{round(measured, 2):g}{unit}",
        limit=f"{limit:g}{unit}",
        status=Status.PASSED if kept else Status.FAILED,
    )
