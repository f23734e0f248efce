"""Every error is of one kind, and no event has room for a value."""

from __future__ import annotations

import asyncio
import logging
from typing import get_args

import msgspec
import pytest

from tierstore.dynamodb.failures import ConditionFailedError
from tierstore.errors import (
    ContendedError,
    InvalidCursorError,
    NotUniqueError,
    StorageError,
    ThrottledError,
    TooLargeError,
    VersionConflictError,
)
from tierstore.observability.events import Event, kind_of
from tierstore.observability.metrics import ErrorKind


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ThrottledError("slow down"), ErrorKind.THROTTLED),
        (TooLargeError("500 KB"), ErrorKind.TOO_LARGE),
        (InvalidCursorError("not ours"), ErrorKind.INVALID),
        (VersionConflictError("changed", expected=1, found=2), ErrorKind.CONFLICT),
        (NotUniqueError("taken"), ErrorKind.CONFLICT),
        (ContendedError("many writers"), ErrorKind.CONFLICT),
        (ConditionFailedError(None), ErrorKind.CONFLICT),
        (KeyError("a bug"), ErrorKind.UNEXPECTED),
        (asyncio.CancelledError(), ErrorKind.CANCELLED),
        (None, None),
    ],
)
def test_an_error_is_of_the_kind_of_its_nearest_base(error: BaseException | None, kind: ErrorKind | None) -> None:
    assert kind_of(error) is kind


def test_every_error_of_the_library_is_expected() -> None:
    assert StorageError.__subclasses__()
    for error in StorageError.__subclasses__():
        assert kind_of(error.__new__(error)) not in (ErrorKind.UNEXPECTED, ErrorKind.CANCELLED), error


def test_an_event_does_not_change() -> None:
    kinds: tuple[type[msgspec.Struct], ...] = get_args(Event)

    assert kinds
    assert all(kind.__struct_config__.frozen for kind in kinds)


def test_an_events_members_may_be_members_of_a_log_record() -> None:
    taken = {*vars(logging.makeLogRecord({})), "message", "asctime"}
    kinds: tuple[type[msgspec.Struct], ...] = get_args(Event)

    assert taken.isdisjoint(name for kind in kinds for name in kind.__struct_fields__)
