"""Application state: values by name, guarded by versions, until they expire."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.tierstore.dynamodb.conftest import START, World
from tierstore.core.operation import Sync
from tierstore.errors import InvalidError, VersionConflictError
from tierstore.storage import Operations

VALUE = {"text": "é", "number": Decimal("1.5"), "list": [1, None, True], "bytes": b"\0"}


def test_a_value_is_read_back_as_it_was_put(storage: Operations[Sync]) -> None:
    put = storage.state.put("app", "setting", VALUE)

    assert storage.state.get("app", "setting") == put
    assert (put.value, put.version, put.expires_at) == (VALUE, 1, None)


def test_without_an_expected_version_the_last_writer_wins(storage: Operations[Sync], world: World) -> None:
    storage.state.put("app", "setting", 1)
    world.pass_by(seconds=5)

    second = storage.state.put("app", "setting", 2)

    assert (second.value, second.version, second.created_at) == (2, 2, START)


def test_an_expected_version_is_compared(storage: Operations[Sync]) -> None:
    first = storage.state.put("app", "setting", 1, expected_version=0)
    second = storage.state.put("app", "setting", 2, expected_version=first.version)

    with pytest.raises(VersionConflictError, match=r"StateEntry was expected at version 1, .* it is at version 2"):
        storage.state.put("app", "setting", 3, expected_version=first.version)
    with pytest.raises(VersionConflictError, match="StateEntry exists already"):
        storage.state.put("app", "setting", 3, expected_version=0)
    with pytest.raises(VersionConflictError, match="StateEntry at version 5 is gone"):
        storage.state.put("app", "other", 3, expected_version=5)
    assert storage.state.get("app", "setting") == second


def test_an_expired_value_is_absent_for_readers_and_writers(storage: Operations[Sync], world: World) -> None:
    storage.state.put("app", "setting", 1, time_to_live=timedelta(minutes=1))
    world.pass_by(minutes=1)

    assert storage.state.get("app", "setting") is None
    assert storage.state.by_prefix("app").items == ()
    assert storage.state.put("app", "setting", 2, expected_version=0).value == 2


def test_a_value_is_deleted_if_its_version_matches(storage: Operations[Sync]) -> None:
    put = storage.state.put("app", "setting", 1)

    with pytest.raises(VersionConflictError):
        storage.state.delete("app", "setting", expected_version=put.version + 1)
    storage.state.delete("app", "setting", expected_version=put.version)

    assert storage.state.get("app", "setting") is None
    storage.state.delete("app", "setting")


def test_names_of_a_namespace_are_listed_by_prefix(storage: Operations[Sync]) -> None:
    for name in ("job.1", "job.2", "jobs", "other"):
        storage.state.put("app", name, name)
    storage.state.put("elsewhere", "job.3", 3)

    assert [entry.name for entry in storage.state.by_prefix("app", "job.").items] == ["job.1", "job.2"]
    assert [entry.name for entry in storage.state.by_prefix.every("app", limit=2)] == [
        "job.1",
        "job.2",
        "jobs",
        "other",
    ]


def test_a_float_is_refused(storage: Operations[Sync]) -> None:
    with pytest.raises(InvalidError, match=r"StateEntry.value\['ratio'\] is a float; floats lose digits"):
        storage.state.put("app", "setting", {"ratio": 0.1})
