"""What a storage tells whoever observes it. No event holds a key, a value or a message, so none can give one away."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from tierstore.errors import (
    AccessDeniedError,
    ConflictError,
    CorruptError,
    InvalidError,
    NewerSchemaError,
    NotFoundError,
    ThrottledError,
    TimedOutError,
    TooLargeError,
    UnavailableError,
)
from tierstore.observability.metrics import ErrorKind, Tier


class OperationEnded(msgspec.Struct, frozen=True, kw_only=True):
    """An operation returned or raised."""

    operation: str
    """Group and method, as the access pattern's name: `users.get`."""
    began_at: int
    """Nanoseconds since the epoch."""
    seconds: float
    error: ErrorKind | None
    """None where it returned."""
    has_waited: bool
    """Whether it was asked to wait for something to come, so that its time tells nothing."""


class RequestEnded(msgspec.Struct, frozen=True, kw_only=True):
    """One request of an operation was answered, or was not; each retry is a request."""

    operation: str
    tier: Tier
    request: str
    """As the service calls it: `GetItem`, `HeadObject`, `GET`."""
    targets: tuple[str, ...]
    """The tables' or the bucket's names; none in Redis."""
    size: int
    """Requests that were sent together, as in a batch of Redis commands."""
    began_at: int
    """Nanoseconds since the epoch."""
    seconds: float
    """The wait for a free connection included."""
    error: ErrorKind | None
    """The first one, where only some of a batch failed."""
    is_retry: bool
    has_waited: bool
    """As of the operation."""
    under_way: int
    """Requests to this tier that the process had under way when this one began, itself included."""
    connections: int
    """How many it may have at once; more of them wait."""
    read_units: float
    write_units: float
    """Consumed capacity, as DynamoDB tells it; 0 where it does not."""


class Limit(StrEnum):
    """What ended the retries of a request."""

    ATTEMPTS = "attempts"
    BUDGET = "budget"
    DEADLINE = "deadline"
    PACE = "pace"
    """Too many others wait for their turn while the service throttles."""


class RetriesExhausted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that failed was not tried again."""

    operation: str
    tier: Tier
    limit: Limit


class CacheOutcome(StrEnum):
    """What became of a read of the entity cache."""

    LOCAL_HIT = "local_hit"
    """A fresh copy in the process."""
    HIT = "hit"
    """A fresh copy in Redis."""
    MISS = "miss"
    """No fresh copy."""
    UNREACHABLE = "unreachable"
    """Redis could not be asked, or is known to be behind."""
    STALE = "stale"
    """Told after a miss: an expired copy stood in for the table, which could not be read."""


class CacheRead(msgspec.Struct, frozen=True, kw_only=True):
    """Copies of an entity were looked up; readers who join another of their process are not told."""

    operation: str
    entity: str
    """As `user`."""
    outcome: CacheOutcome
    copies: int
    negative: int
    """How many of the hits said: there is no such item."""


class BreakerMet(msgspec.Struct, frozen=True, kw_only=True):
    """A circuit breaker opened, was met open by a request, or closed again."""

    tier: Tier
    dependency: str
    """As `Redis node 10.0.0.1:6379`."""
    is_open: bool


Event: TypeAlias = OperationEnded | RequestEnded | RetriesExhausted | CacheRead | BreakerMet
Observe: TypeAlias = Callable[[Event], object]
"""Takes every event, in the thread or task that it happens in, so it must be quick and must not block."""

_KINDS: Final[dict[type[BaseException], ErrorKind]] = {
    TooLargeError: ErrorKind.TOO_LARGE,
    InvalidError: ErrorKind.INVALID,
    NotFoundError: ErrorKind.NOT_FOUND,
    ConflictError: ErrorKind.CONFLICT,
    AccessDeniedError: ErrorKind.ACCESS_DENIED,
    ThrottledError: ErrorKind.THROTTLED,
    UnavailableError: ErrorKind.UNAVAILABLE,
    TimedOutError: ErrorKind.TIMED_OUT,
    CorruptError: ErrorKind.CORRUPT,
    NewerSchemaError: ErrorKind.NEWER_SCHEMA,
    Exception: ErrorKind.UNEXPECTED,
    BaseException: ErrorKind.CANCELLED,
}


def kind_of(error: BaseException | None) -> ErrorKind | None:
    """The kind of an error: that of its nearest base in the taxonomy; None for none."""
    return None if error is None else next(_KINDS[base] for base in type(error).__mro__ if base in _KINDS)
