"""How long one attempt may take, and what it means when it takes longer or fails on its way."""

from __future__ import annotations

from typing import Final

from tierstore.errors import StorageError, TimedOutError, UnavailableError

CONNECT_SECONDS: Final = 1.0
"""Until a connection stands; within a region it takes milliseconds."""
READ_SECONDS: Final = 5.0
"""Until an answer is complete; botocore would wait for 60 s."""


def deadline_passed(request: str) -> TimedOutError:
    """The error of a request that is not even sent, for want of time."""
    return TimedOutError(f"{request}: the deadline passed before it was sent")


def connection_failed(request: str, error: OSError) -> StorageError:
    """The error of a request that was not sent."""
    kind = TimedOutError if isinstance(error, TimeoutError) else UnavailableError
    return kind(f"{request}: no connection: {error}")


def exchange_failed(request: str, error: Exception) -> StorageError:
    """The error of a request that was sent, or was about to be, and may have taken effect."""
    if isinstance(error, TimeoutError):
        return TimedOutError(f"{request}: no answer in time", in_doubt=True)
    return UnavailableError(f"{request}: the connection broke: {error}", in_doubt=True)
