"""Events become records with their members, and records become lines of JSON that a machine can read."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from tests.tierstore.observability.events import OPERATION, breaker, cache_read, failed, request
from tierstore.errors import UnavailableError
from tierstore.model.users import User
from tierstore.observability.events import CacheOutcome, Event, Limit, RetriesExhausted
from tierstore.observability.logs import JsonFormatter, log_event
from tierstore.observability.metrics import ErrorKind, Tier

EXHAUSTED = RetriesExhausted(operation="users.get", tier=Tier.DYNAMODB, limit=Limit.BUDGET)


def formatted(record: logging.LogRecord) -> dict[str, Any]:
    line = JsonFormatter().format(record)
    assert "\n" not in line
    document: dict[str, Any] = json.loads(line)
    return document


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    return logging.getLogger("tierstore.x").makeRecord(
        "tierstore.x", logging.INFO, __file__, 1, message, arguments, None, extra=extra
    )


@pytest.mark.parametrize(
    ("event", "logger", "level"),
    [
        (OPERATION, "tierstore.operations", logging.DEBUG),
        (failed(ErrorKind.CONFLICT), "tierstore.operations", logging.DEBUG),
        (failed(ErrorKind.UNAVAILABLE), "tierstore.operations", logging.WARNING),
        (request(), "tierstore.requests", logging.DEBUG),
        (request(error=ErrorKind.THROTTLED), "tierstore.requests", logging.WARNING),
        (EXHAUSTED, "tierstore.requests", logging.WARNING),
        (cache_read(CacheOutcome.HIT), "tierstore.cache", logging.DEBUG),
    ],
)
def test_an_event_is_logged_as_gravely_as_it_is(
    event: Event, logger: str, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="tierstore")

    log_event(event)

    ((name, logged, _),) = caplog.record_tuples
    assert (name, logged) == (logger, level)


def test_a_record_has_the_events_members(caplog: pytest.LogCaptureFixture) -> None:
    log_event(request(error=ErrorKind.THROTTLED, is_retry=True))

    document = formatted(caplog.records[0])
    assert document["message"] == "users.get asked dynamodb: GetItem"
    assert document["level"] == "WARNING"
    assert (document["operation"], document["tier"], document["error"]) == ("users.get", "dynamodb", "throttled")
    assert document["is_retry"] is True
    assert document["targets"] == ["core"]


def test_nothing_is_logged_below_the_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="tierstore")

    log_event(OPERATION)

    assert caplog.records == []


def test_a_breaker_logs_by_itself(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="tierstore")

    log_event(breaker("node 1", is_open=True))

    assert caplog.records == []


def test_a_line_has_the_time_with_its_zone() -> None:
    document = formatted(record("%s of %s", 1, 2))

    assert document["message"] == "1 of 2"
    assert document["logger"] == "tierstore.x"
    assert document["time"].endswith("+00:00")


def test_what_is_given_as_extra_takes_no_other_members_place() -> None:
    assert formatted(record("signed in", level="high"))["level"] == "INFO"


def test_what_json_has_no_form_for_appears_by_its_repr() -> None:
    user = User(id="01JD", email="ada@example.org", display_name="Ada")

    line = JsonFormatter().format(
        record("signed in", user=user, several=[user], by_id={1: user}, numbers=(1, 2.5, None))
    )

    assert "ada@example.org" not in line
    document = json.loads(line)
    assert document["user"].startswith("User(version=0")
    assert document["several"] == [document["user"]]
    assert document["by_id"] == {"1": document["user"]}
    assert document["numbers"] == [1, 2.5, None]


def test_an_exception_stays_on_the_line() -> None:
    error = UnavailableError("gone")

    document = formatted(
        logging.makeLogRecord({"msg": "failed", "exc_info": (type(error), error, error.__traceback__)})
    )

    assert document["exception"].endswith("UnavailableError: gone")
