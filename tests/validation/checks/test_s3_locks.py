"""A lock is judged by what happens while it holds, however long that takes to find out."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from environments import load
from tierstore.model import DATA_MODEL
from validation.checks import s3_data
from validation.clients import Clients
from validation.context import Context
from validation.framework.runner import Task, examine


@dataclass(kw_only=True)
class Bucket:
    """A bucket that locks its only object, or does not; it takes its time over the first deletion."""

    locks: bool
    is_slow: bool = True
    until: datetime | None = None
    """When the lock of the object ends; None where there is no object."""
    puts: list[datetime] = field(default_factory=list)

    def put_object(self, *, ObjectLockRetainUntilDate: datetime, **_: Any) -> None:  # noqa: N803 - boto3's name
        self.until = ObjectLockRetainUntilDate
        self.puts.append(self.until)

    def list_object_versions(self, **_: Any) -> dict[str, Any]:
        return {"Versions": [{"VersionId": "1"}]} if self.until else {}

    def delete_object(self, **_: Any) -> None:
        assert self.until is not None
        if self.is_slow:
            self.is_slow = False
            time.sleep(max(0.0, (self.until - datetime.now(UTC)).total_seconds()))
        if self.locks and datetime.now(UTC) < self.until:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "DeleteObject")
        self.until = None


class ToldContext(Context):
    """Knows of nothing but the key."""

    def ask(self, *_: Any, **__: Any) -> Any:
        return {"Arn": "arn:aws:kms:us-east-1:000000000000:key/1"}


@pytest.mark.parametrize("locks", [True, False])
def test_a_lock_that_ended_before_it_was_tried_is_made_anew(monkeypatch: pytest.MonkeyPatch, *, locks: bool) -> None:
    monkeypatch.setattr(s3_data, "LOCK_SECONDS", 0.2)
    bucket = Bucket(locks=locks)
    clients = cast("Clients", SimpleNamespace(s3=bucket))

    task = Task(check=s3_data.keeps_locked, resource="backups")

    found = examine(task, ToldContext(load("local"), DATA_MODEL, clients))

    assert [finding.passed for finding in found.findings] == [True, locks], found
    assert len(bucket.puts) > 1
