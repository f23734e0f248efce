"""Every refusal of DynamoDB becomes the error that tells the application what to do."""

from __future__ import annotations

from typing import Any

import pytest

from tierstore.dynamodb.failures import ConditionFailedError, TransactionCanceledError, failure_of
from tierstore.errors import (
    AccessDeniedError,
    ContendedError,
    InProgressError,
    InvalidError,
    StorageError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
)

PREFIX = "com.amazonaws.dynamodb.v20120810#"
ITEM = {"pk": {"S": "a"}}


@pytest.mark.parametrize(
    ("code", "status", "expected", "in_doubt"),
    [
        ("ProvisionedThroughputExceededException", 400, ThrottledError, False),
        ("ThrottlingException", 400, ThrottledError, False),
        ("RequestLimitExceeded", 400, ThrottledError, False),
        ("TransactionConflictException", 400, ContendedError, False),
        ("TransactionInProgressException", 400, InProgressError, False),
        ("InternalServerError", 500, UnavailableError, True),
        ("ServiceUnavailable", 503, UnavailableError, True),
        ("ResourceNotFoundException", 400, UnavailableError, False),
        ("AccessDeniedException", 400, AccessDeniedError, False),
        ("UnrecognizedClientException", 400, AccessDeniedError, False),
        ("ItemCollectionSizeLimitExceededException", 400, TooLargeError, False),
        ("ValidationException", 400, InvalidError, False),
        ("SomethingNew", 400, InvalidError, False),
        ("SomethingNew", 502, UnavailableError, True),
    ],
)
def test_a_code_has_its_error(code: str, status: int, expected: type[StorageError], *, in_doubt: bool) -> None:
    failure = failure_of(status, {"__type": PREFIX + code, "message": "because"})

    assert type(failure) is expected
    assert str(failure).startswith(f"{code}: because")
    assert failure.in_doubt is in_doubt


def test_an_item_that_is_too_large_is_told_from_other_invalid_requests() -> None:
    document = {"__type": "ValidationException", "message": "Item size has exceeded the maximum allowed size"}

    assert isinstance(failure_of(400, document), TooLargeError)


def test_an_answer_that_says_nothing_counts_by_its_status() -> None:
    assert isinstance(failure_of(503, {}), UnavailableError)
    assert str(failure_of(404, {})) == "HTTP 404: no message"


def test_a_failed_condition_carries_the_stored_item() -> None:
    failure = failure_of(400, {"__type": PREFIX + "ConditionalCheckFailedException", "Item": ITEM})

    assert isinstance(failure, ConditionFailedError)
    assert failure.item == ITEM


def cancelled(*reasons: dict[str, Any]) -> StorageError:
    return failure_of(400, {"__type": "TransactionCanceledException", "CancellationReasons": list(reasons)})


def test_a_cancelled_transaction_tells_whose_condition_failed() -> None:
    failure = cancelled({"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "no", "Item": ITEM})

    assert isinstance(failure, TransactionCanceledError)
    assert [(reason.code, reason.item) for reason in failure.reasons] == [
        ("None", None),
        ("ConditionalCheckFailed", ITEM),
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("TransactionConflict", ContendedError),
        ("ThrottlingError", ThrottledError),
        ("ProvisionedThroughputExceeded", ThrottledError),
        ("ValidationError", InvalidError),
        ("ItemCollectionSizeLimitExceeded", TooLargeError),
    ],
)
def test_a_transaction_that_no_condition_cancelled_fails_as_its_entry(code: str, expected: type[StorageError]) -> None:
    failure = cancelled({"Code": "None"}, {"Code": code, "Message": "because"})

    assert type(failure) is expected


def test_a_cancellation_without_reasons_is_in_doubt() -> None:
    failure = cancelled()

    assert (type(failure), failure.in_doubt) == (UnavailableError, True)
