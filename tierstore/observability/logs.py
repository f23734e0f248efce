"""Structured logs: events as records of the standard library's logging, and records as lines of JSON."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tierstore.observability.events import (
    BreakerMet,
    CacheRead,
    Event,
    OperationEnded,
    RequestEnded,
    RetriesExhausted,
)

_OPERATIONS: Final = logging.getLogger("tierstore.operations")
_REQUESTS: Final = logging.getLogger("tierstore.requests")
_CACHE: Final = logging.getLogger("tierstore.cache")
_OF_EVERY_RECORD: Final = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})


def log_event(event: Event) -> None:
    """Log an event with its members as `extra`: give it to a storage as `observe`.

    What the storage is to blame for is a warning, everything else is for debugging. Breakers log by themselves when
    they open and close.
    """
    match event:
        case OperationEnded():
            _log(_OPERATIONS, event, "%s", event.operation, is_warning=event.error is not None and event.error.is_fault)
        case RequestEnded():
            is_fault = event.error is not None and event.error.is_fault
            _log(_REQUESTS, event, "%s asked %s: %s", event.operation, event.tier, event.request, is_warning=is_fault)
        case RetriesExhausted():
            _log(_REQUESTS, event, "%s tries no more: %s", event.operation, event.limit, is_warning=True)
        case CacheRead():
            _log(_CACHE, event, "%s read %s: %s", event.operation, event.entity, event.outcome, is_warning=False)
        case BreakerMet():
            pass


def _log(logger: logging.Logger, event: Event, message: str, *arguments: str, is_warning: bool) -> None:
    level = logging.WARNING if is_warning else logging.DEBUG
    if logger.isEnabledFor(level):
        logger.log(level, message, *arguments, extra=msgspec.structs.asdict(event))


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON: time, level, logger, message, whatever was given as `extra`, exception.

    What JSON has no form for appears by its `repr`, in which entities hide their sensitive fields.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line, without its end."""
        document: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name, value in vars(record).items():
            if name not in _OF_EVERY_RECORD:
                document.setdefault(name, value)
        if record.exc_info:
            document["exception"] = self.formatException(record.exc_info)
        return msgspec.json.encode(_plain(document)).decode()


def _plain(value: Any) -> Any:
    match value:
        case str() | int() | float() | None:
            return value
        case dict():
            return {str(name): _plain(content) for name, content in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
    return repr(value)
