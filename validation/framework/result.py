"""What checks say: findings, and the result of a check on one resource."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
"""A value that a report can hold."""


class Status(StrEnum):
    """How a check ended on one resource."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


class Severity(StrEnum):
    """What a failed check means."""

    CRITICAL = "critical"
    """Data can be lost, or read by somebody who must not."""
    HIGH = "high"
    """The service can fail, or cannot be restored as promised."""
    MEDIUM = "medium"
    """It runs, but not as declared."""


class Tier(StrEnum):
    """The part of an environment that a check is about; its id starts with it."""

    PLATFORM = "platform"
    ACCESS = "access"
    DYNAMODB = "dynamodb"
    S3 = "s3"
    REDIS = "redis"
    BACKUP = "backup"
    MONITORING = "monitoring"


_WORST_FIRST = (Status.ERROR, Status.FAILED, Status.SKIPPED, Status.PASSED)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One comparison: it passed when what was found equals what was expected."""

    what: str
    expected: Json
    found: Json

    @property
    def passed(self) -> bool:
        """Whether the resource is as expected."""
        return self.expected == self.found


def compare(what: str, *, expected: Json, found: Json) -> Finding:
    """One comparison of one aspect."""
    return Finding(what=what, expected=expected, found=found)


class Skip(Exception):  # noqa: N818 - an outcome, not an error
    """Raised by a check that cannot be judged from here; its text is the reason and says what to do."""


class Unmet(Exception):  # noqa: N818 - an outcome, not an error
    """Raised by a check that can go no further, because `finding` already failed."""

    def __init__(self, what: str, *, expected: Json, found: Json) -> None:
        self.finding = Finding(what=what, expected=expected, found=found)
        if self.finding.passed:
            raise ValueError(f"{what}: {found} is what was expected")
        super().__init__(f"{what}: expected {expected}, found {found}")


@dataclass(frozen=True, kw_only=True)
class Result:
    """How one check ended on one resource."""

    check: str
    resource: str
    status: Status
    findings: tuple[Finding, ...] = ()
    reason: str = ""
    """Why it was skipped, or the cause of the error."""
    seconds: float


def conclude(findings: Iterable[Finding]) -> Status:
    """Failed where one finding failed, error where nothing was compared at all, else passed."""
    verdicts = [finding.passed for finding in findings]
    if not verdicts:
        return Status.ERROR
    return Status.PASSED if all(verdicts) else Status.FAILED


def conclude_all(statuses: Iterable[Status]) -> Status:
    """The one status that stands for several: the worst, where skipped is worse than passed."""
    found = set(statuses)
    return next(status for status in _WORST_FIRST if status in found)


def summarize(results: Iterable[Result]) -> dict[Status, int]:
    """Count the results by status; every status is named."""
    counted = Counter(result.status for result in results)
    return {status: counted[status] for status in Status}
