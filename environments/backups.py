"""What is backed up."""

from __future__ import annotations

from dataclasses import dataclass

from environments.schema import Environment
from tierstore.declaration.model import DataModel


@dataclass(frozen=True, kw_only=True)
class BackedUp:
    """Declared names of what an environment backs up."""

    tables: tuple[str, ...]
    buckets: tuple[str, ...]


def backed_up(environment: Environment, model: DataModel) -> BackedUp:
    """Every table and bucket but the excluded ones; access logs are of no use without what they tell of."""
    settings = environment.backup
    if not settings.enabled:
        return BackedUp(tables=(), buckets=())
    return BackedUp(
        tables=tuple(table.name for table in model.tables if table.name not in settings.exclude),
        buckets=tuple(
            bucket.name
            for bucket in model.buckets
            if bucket.name not in settings.exclude and not bucket.receives_access_logs
        ),
    )
