"""What botocore raises, in the words of `tierstore.errors`."""

from __future__ import annotations

from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    FlexibleChecksumError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
    TokenRetrievalError,
)

from tierstore import errors
from tierstore.errors import StorageError

_BY_CODE: Final[dict[str, type[StorageError]]] = {
    "SlowDown": errors.ThrottledError,
    "RequestTimeout": errors.TimedOutError,
    "BadDigest": errors.CorruptError,
    "XAmzContentChecksumMismatch": errors.CorruptError,
    "EntityTooLarge": errors.TooLargeError,
    "ExpiredToken": errors.AccessDeniedError,
    "InvalidToken": errors.AccessDeniedError,
}
"""Amazon S3 API reference, "Error responses"; those that their HTTP status does not tell."""
_BY_STATUS: Final[dict[int, type[StorageError]]] = {
    403: errors.AccessDeniedError,
    404: errors.NotFoundError,
    409: errors.ConflictError,
    412: errors.ConflictError,
    429: errors.ThrottledError,
    503: errors.ThrottledError,
}
_WITHOUT_DOUBT: Final[tuple[tuple[tuple[type[BotoCoreError], ...], type[StorageError]], ...]] = (
    ((NoCredentialsError, CredentialRetrievalError, TokenRetrievalError), errors.AccessDeniedError),
    ((ParamValidationError,), errors.InvalidError),
    ((FlexibleChecksumError,), errors.CorruptError),
    ((ConnectTimeoutError,), errors.TimedOutError),
    ((EndpointConnectionError,), errors.UnavailableError),
)
_FIRST_SERVER_ERROR: Final = 500


def translate(error: BotoCoreError | ClientError, *, action: str, key: str | None) -> StorageError:
    """The error of a call; its message leaves out the object's key, which may hold a user's file name."""
    message = f"S3 {action}: {error}"
    if key:
        message = message.replace(key, "<key>")
    if isinstance(error, ClientError):
        return _answered(error, message)
    for causes, kind in _WITHOUT_DOUBT:
        if isinstance(error, causes):
            return kind(message)
    kind = errors.TimedOutError if isinstance(error, ReadTimeoutError) else errors.UnavailableError
    return kind(message, in_doubt=True)


def _answered(error: ClientError, message: str) -> StorageError:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    kind = _BY_CODE.get(error.response.get("Error", {}).get("Code", "")) or _BY_STATUS.get(status)
    if kind is not None:
        return kind(message)
    if status >= _FIRST_SERVER_ERROR:
        return errors.UnavailableError(message, in_doubt=True)
    return errors.InvalidError(message)
