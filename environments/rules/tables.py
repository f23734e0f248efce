"""Settings of tables that DynamoDB, or the declaration of the table, does not allow together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from environments.declared import DECLARED_TABLES
from environments.problems import FieldPath, Finding
from environments.rules import capacity
from environments.schema import Autoscaled, Environment, OnDemand, Provisioned, RequestCaps, TableSettings
from environments.wording import given, unknown
from tierstore.declaration.tables import StreamView, Table

MOST_UNITS = 40_000
"""DynamoDB's quota of a table, unless it was raised."""


def findings(environment: Environment) -> Iterator[Finding]:
    """Everything in the settings of the declared tables that does not fit together."""
    for name, settings in environment.tables.items():
        if name in DECLARED_TABLES:
            table, path = DECLARED_TABLES[name], ("tables", name)
            yield from _billing((*path, "billing"), settings.billing, table)
            yield from _replica(path, settings, table, environment)
            yield from _stream(path, settings, table)
            yield from _origin(path, settings, table, environment)


def _billing(path: FieldPath, billing: OnDemand | Provisioned | Autoscaled, table: Table) -> Iterator[Finding]:
    declared = [index.name for index in table.global_indexes]
    for name in billing.indexes:
        if name not in declared:
            yield Finding(path=(*path, "indexes", name), message=unknown(name, declared))
    match billing:
        case OnDemand():
            yield from _caps(path, billing)
            for name, caps in billing.indexes.items():
                yield from _caps((*path, "indexes", name), caps)
        case Autoscaled():
            for where, scaled in (
                (path, billing),
                *(((*path, "indexes", name), index) for name, index in billing.indexes.items()),
            ):
                yield from capacity.findings((*where, "read"), scaled.read, most=MOST_UNITS)
                yield from capacity.findings((*where, "write"), scaled.write, most=MOST_UNITS)


def _caps(path: FieldPath, caps: RequestCaps) -> Iterator[Finding]:
    for field in ("max_read_units", "max_write_units"):
        if getattr(caps, field) == 0:
            yield Finding(path=(*path, field), message="given 0, allowed 1 or more, -1 to lift a cap, or null")


def _replica(path: FieldPath, settings: TableSettings, table: Table, environment: Environment) -> Iterator[Finding]:
    if settings.replica is None:
        return
    where = (*path, "replica")
    if environment.disaster_recovery_region is None:
        yield Finding(
            path=where, message="given a replica without a region for it: name disaster_recovery_region or set null"
        )
    if table.stream is not StreamView.NEW_AND_OLD_IMAGES:
        yield Finding(
            path=where,
            message=f"given a replica of a table without a stream of new and old images, by which DynamoDB replicates: "
            f"declare stream=StreamView.NEW_AND_OLD_IMAGES for {table.name}, or set this to null",
        )
    if isinstance(settings.billing, Provisioned):
        yield Finding(
            path=(*path, "billing", "mode"),
            message='given "provisioned" with a replica, allowed autoscaled or on_demand: a copy with fixed write '
            "capacity falls behind",
        )


def _stream(path: FieldPath, settings: TableSettings, table: Table) -> Iterator[Finding]:
    if settings.stream_readers and table.stream is None:
        message = f"given readers of a stream that {table.name} does not declare: remove them"
        yield Finding(path=(*path, "stream_readers"), message=message)


def _origin(path: FieldPath, settings: TableSettings, table: Table, environment: Environment) -> Iterator[Finding]:
    imported, restored = settings.import_from, settings.restore_from
    if imported and restored:
        yield Finding(path=(*path, "import_from"), message="given together with restore_from: a table has one origin")
    if imported and table.local_indexes:
        message = f"given for {table.name}, which has a local index; DynamoDB imports into tables without any"
        yield Finding(path=(*path, "import_from"), message=message)
    if restored and restored.table.rpartition("/")[2] == environment.physical_name(table.name):
        yield Finding(
            path=(*path, "restore_from", "table"),
            message=f"{given(restored.table)}, the table itself: a restored table is always a new one, in an "
            "environment of its own",
        )
    if restored and restored.at and not _is_time(restored.at):
        yield Finding(path=(*path, "restore_from", "at"), message=f"{given(restored.at)}, which is no time of a day")


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
