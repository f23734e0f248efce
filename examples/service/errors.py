"""What a client is told when the storage raises an error: the status follows from the error's kind alone."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tierstore.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    StorageError,
    ThrottledError,
    TimedOutError,
    TooLargeError,
)

_STATUS: Final = (
    (TooLargeError, 413),
    (InvalidError, 422),
    (NotFoundError, 404),
    (ConflictError, 409),
    (ThrottledError, 429),
    (TimedOutError, 504),
)
"""The first that fits; whatever fits none is the service's own trouble."""
_RETRY_AFTER_SECONDS: Final = 1


def register(service: FastAPI) -> None:
    """Answer every error of the storage, so that no route has to."""
    service.add_exception_handler(StorageError, _answer)


async def _answer(_: Request, error: Exception) -> JSONResponse:
    retryable = isinstance(error, StorageError) and error.retryable
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 503 if retryable else 500)
    # Why the service itself fails is for its log, not for its clients.
    told = str(error) if status < 500 else "the storage cannot answer now"  # noqa: PLR2004 - where server errors begin
    headers = {"Retry-After": str(_RETRY_AFTER_SECONDS)} if retryable else None
    return JSONResponse({"detail": told, "retryable": retryable}, status_code=status, headers=headers)
