"""What DynamoDB's refusals mean, as errors of the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tierstore.dynamodb.items.attribute_values import AttributeValue
from tierstore.errors import (
    AccessDeniedError,
    ConflictError,
    ContendedError,
    InProgressError,
    InvalidError,
    StorageError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
)

StoredItem = Mapping[str, AttributeValue] | None
"""The item as it is in the table; None where there is none."""


class ConditionFailedError(ConflictError):
    """The condition of a write does not hold for the stored item."""

    def __init__(self, item: StoredItem) -> None:
        super().__init__("the condition of the write does not hold")
        self.item = item


class CancellationReason(NamedTuple):
    """Why one entry of a transaction stopped it; `code` is `None` as text for the others."""

    code: str
    message: str
    item: StoredItem


class TransactionCanceledError(ConflictError):
    """The condition of at least one entry of a transaction does not hold; nothing was written."""

    def __init__(self, reasons: tuple[CancellationReason, ...]) -> None:
        super().__init__("the transaction was cancelled: " + ", ".join(reason.code for reason in reasons))
        self.reasons = reasons


_CONDITION: Final = "ConditionalCheckFailed"
_SERVER_ERROR: Final = 500
_MEANINGS: Final[Mapping[str, type[StorageError]]] = {
    "AccessDenied": AccessDeniedError,
    "AccessDeniedException": AccessDeniedError,
    "ExpiredTokenException": AccessDeniedError,
    "IncompleteSignatureException": AccessDeniedError,
    "InvalidSignatureException": AccessDeniedError,
    "ItemCollectionSizeLimitExceeded": TooLargeError,
    "ItemCollectionSizeLimitExceededException": TooLargeError,
    "MissingAuthenticationTokenException": AccessDeniedError,
    "NotAuthorized": AccessDeniedError,
    "ProvisionedThroughputExceeded": ThrottledError,
    "ProvisionedThroughputExceededException": ThrottledError,
    "RequestEntityTooLarge": TooLargeError,
    "RequestLimitExceeded": ThrottledError,
    "ThrottlingError": ThrottledError,
    "ThrottlingException": ThrottledError,
    "TransactionConflict": ContendedError,
    "TransactionConflictException": ContendedError,
    "TransactionInProgressException": InProgressError,
    "UnrecognizedClientException": AccessDeniedError,
}
"""By the code of an error, and by that of a cancellation reason, which lacks the ending."""


def failure_of(status: int, document: Mapping[str, Any]) -> StorageError:
    """The error that an answer with this HTTP status and error document means."""
    code = str(document.get("__type", f"HTTP {status}")).rpartition("#")[2]
    message = str(document.get("message") or document.get("Message") or "no message")
    if code == "ConditionalCheckFailedException":
        return ConditionFailedError(document.get("Item"))
    if code == "TransactionCanceledException":
        return _cancellation(document.get("CancellationReasons") or (), message)
    return _failure(code, message, status)


def _failure(code: str, message: str, status: int) -> StorageError:
    text = f"{code}: {message}"
    if code in _MEANINGS:
        return _MEANINGS[code](text)
    if code == "ResourceNotFoundException":
        return UnavailableError(f"{text}; deploy the environment, or connect to one that is")
    if status >= _SERVER_ERROR:
        return UnavailableError(text, in_doubt=True)
    return TooLargeError(text) if "Item size" in message else InvalidError(text)


def _cancellation(reasons: Any, message: str) -> StorageError:
    parsed = tuple(
        CancellationReason(reason.get("Code") or "None", reason.get("Message") or "", reason.get("Item"))
        for reason in reasons
    )
    if any(reason.code == _CONDITION for reason in parsed):
        return TransactionCanceledError(parsed)
    # Nothing was written, and none of the conditions is why: what stopped the first entry stopped the whole.
    for reason in parsed:
        if reason.code != "None":
            return _failure(reason.code, reason.message, 400)
    return UnavailableError(f"TransactionCanceledException: {message}", in_doubt=True)


def is_condition(reason: CancellationReason) -> bool:
    """Whether the entry's own condition stopped the transaction."""
    return reason.code == _CONDITION
