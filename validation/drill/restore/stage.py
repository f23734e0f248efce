"""What a restore drill begins on: a table that can be restored to a point in time, a bucket that keeps versions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from tierstore.declaration.tables import Table
from validation.checks.dynamodb_settings import describe
from validation.checks.keys import key_arn
from validation.checks.s3_settings import bucket_key
from validation.context import Context
from validation.errors import CouldNotRun
from validation.framework.result import Unmet
from validation.live import dynamodb, s3


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How a drill is run; the names are the declared ones."""

    table: str = "core"
    bucket: str = "uploads"
    items: int = 60
    """Items that are written, a third of them overwritten and a third deleted after the restore point."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A table and a bucket that a drill can begin on."""

    run: str
    """Names everything that the drill makes."""
    declared: Table
    table: str
    copy: str
    """Name of the table that is restored."""
    table_key: str
    """ARN of the key that the restored table is encrypted with."""
    bucket: str
    bucket_key: str | None
    left_behind: tuple[str, ...]
    """Tables that an earlier drill could not remove."""


def set_stage(context: Context, settings: Settings) -> Stage:
    """See that a drill can begin; raises `CouldNotRun` with what stands in its way."""
    _require_declared("--table", settings.table, [table.name for table in context.model.tables])
    _require_declared("--bucket", settings.bucket, [bucket.name for bucket in context.model.buckets])
    run = uuid.uuid4().hex[:8]
    table = context.environment.physical_name(settings.table)
    bucket = context.environment.bucket_name(settings.bucket)
    try:
        status = describe(context, settings.table)["TableStatus"]
        recovery = context.ask(dynamodb.continuous_backups, table).get("PointInTimeRecoveryDescription", {})
        versioning = context.ask(s3.versioning, bucket)
        keys = key_arn(context, "dynamodb"), bucket_key(context, settings.bucket)
    except Unmet as unmet:
        raise CouldNotRun(str(unmet)) from None
    if status != "ACTIVE":
        raise CouldNotRun(f"{table} is {status}, and a drill needs it ACTIVE: wait and run again")
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        raise CouldNotRun(
            f"{table} has no point-in-time recovery: set tables.{settings.table}.point_in_time_recovery_days and deploy"
        )
    if versioning != "Enabled":
        raise CouldNotRun(f"{bucket} keeps no versions: set buckets.{settings.bucket}.versioning and deploy")
    beginning = f"{table}-drill-"
    return Stage(
        run=run,
        declared=context.model.table(settings.table),
        table=table,
        copy=f"{beginning}{run}",
        table_key=keys[0],
        bucket=bucket,
        bucket_key=keys[1],
        left_behind=_tables(context, beginning),
    )


def _require_declared(option: str, name: str, declared: list[str]) -> None:
    if name not in declared:
        raise CouldNotRun(f"{option} {name}: not declared, allowed {', '.join(declared)}")


def _tables(context: Context, beginning: str) -> tuple[str, ...]:
    pages = context.clients.dynamodb.get_paginator("list_tables").paginate()
    return tuple(name for page in pages for name in page["TableNames"] if name.startswith(beginning))
