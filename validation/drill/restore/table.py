"""Restores a table to a point in time under another name, judges the copy, and removes it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from validation.attempt import error_code
from validation.checks import dynamodb_indexes as indexes
from validation.checks import dynamodb_settings as settings
from validation.clients import Clients
from validation.context import Context
from validation.drill.restore.stage import Stage
from validation.drill.timeline import Timeline
from validation.errors import CouldNotRun

POLL_SECONDS: Final = 1.0
RESTORED: Final = (settings.active, indexes.keys, indexes.indexes, settings.encryption)
"""What a restored table must have in common with the one in use."""
SET_AGAIN: Final = (
    settings.time_to_live,
    settings.stream,
    settings.point_in_time_recovery,
    settings.deletion_protection,
)
"""What DynamoDB does not restore, so that a deployment has to set it on the copy (developer guide: Restoring)."""


class CopyContext(Context):
    """Answers each question about a table with its restored copy, so that the checks judge that one."""

    def __init__(self, context: Context, *, table: str, copy: str) -> None:
        super().__init__(context.environment, context.model, context.clients)
        self._table = table
        self._copy = copy

    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Ask about the copy instead of the table."""
        return super().ask(question, *(self._copy if each == self._table else each for each in args), **kwargs)


def wait_until_restorable(clients: Clients, table: str, point: datetime, *, deadline: float) -> bool:
    """Whether the table could be restored to `point` before `deadline`, a time of the monotonic clock."""
    while True:
        backups = clients.dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        latest = backups.get("PointInTimeRecoveryDescription", {}).get("LatestRestorableDateTime")
        if latest is not None and latest >= point:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)


@contextmanager
def restored(clients: Clients, stage: Stage, point: datetime, *, timeline: Timeline, patience: float) -> Iterator[None]:
    """A copy of the table as it was at `point`, while the context is open.

    Raises `CouldNotRun` where AWS refuses. Whatever happens, the copy is removed; where even that is interrupted, the
    timeline says what is left behind.
    """
    try:
        _restore(clients, stage, point)
        yield
    finally:
        timeline.now(f"removing {stage.copy}")
        try:
            _remove(clients, stage.copy, deadline=time.monotonic() + patience)
        except BaseException:
            timeline.now(f"left behind: delete it with `aws dynamodb delete-table --table-name {stage.copy}`")
            raise


def wait_until_active(clients: Clients, table: str, *, deadline: float) -> bool:
    """Whether the table served before `deadline`, a time of the monotonic clock."""
    while (status := _status(clients, table)) != "ACTIVE":
        if status is None or time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def differences(context: Context, stage: Stage) -> tuple[str, ...]:
    """What a restored table lacks of the declaration though DynamoDB restores it, in words."""
    return _failed(context, stage, RESTORED)


def to_be_set_again(context: Context, stage: Stage) -> tuple[str, ...]:
    """What it lacks since DynamoDB does not restore it, in words."""
    return _failed(context, stage, SET_AGAIN)


def _failed(context: Context, stage: Stage, checks: Any) -> tuple[str, ...]:
    copy = CopyContext(context, table=stage.table, copy=stage.copy)
    return tuple(
        f"{finding.what}: {finding.found}, not {finding.expected}"
        for check in checks
        for finding in check.examine(copy, stage.declared.name)
        if not finding.passed
    )


def _restore(clients: Clients, stage: Stage, point: datetime) -> None:
    try:
        clients.dynamodb.restore_table_to_point_in_time(
            SourceTableName=stage.table,
            TargetTableName=stage.copy,
            RestoreDateTime=point,
            BillingModeOverride="PAY_PER_REQUEST",
            SSESpecificationOverride={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": stage.table_key},
        )
    except ClientError as error:
        raise CouldNotRun(f"DynamoDB refused the restore of {stage.table}: {error}") from error


def _remove(clients: Clients, table: str, *, deadline: float) -> None:
    """Delete the table, which has to be restored completely before; nothing happens where there is none."""
    if not wait_until_active(clients, table, deadline=deadline) and _status(clients, table) is None:
        return
    if clients.dynamodb.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
        clients.dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    clients.dynamodb.delete_table(TableName=table)


def _status(clients: Clients, table: str) -> str | None:
    try:
        return clients.dynamodb.describe_table(TableName=table)["Table"]["TableStatus"]
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return None
        raise
