"""Settings of a serverless cache, which takes the place of the replication groups."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field

from environments.elasticache import newest_serverless_version
from environments.schema.values import SnapshotArn, TimeOfDay
from environments.settings import Section, Settings

Gigabytes = Annotated[int, Field(ge=1, le=5_000)]
ProcessingUnits = Annotated[int, Field(ge=1_000, le=15_000_000)]
"""An ECPU is a simple command of up to 1 KB."""


class DataStorageLimits(Settings):
    """How much a serverless cache stores, in GB."""

    minimum: Gigabytes | None = None
    """Held ready and paid for also while less is stored."""
    maximum: Gigabytes | None = 10
    """A full cache evicts what expires, then refuses writes; null lets it grow, and its price."""


class ProcessingLimits(Settings):
    """How much a serverless cache does, in ElastiCache processing units (ECPU) a second."""

    minimum: ProcessingUnits | None = None
    """Held ready and paid for also while less is used."""
    maximum: ProcessingUnits | None = 20_000
    """Commands beyond it are throttled; null lets it grow, and its price."""


class ServerlessRedisSettings(Section):
    """A serverless cache: no nodes to size, paid for by what is stored and done."""

    model_config = ConfigDict(json_schema_extra={"required": ["kind"]})

    kind: Literal["serverless"]
    engine: Literal["redis", "valkey"] = "valkey"
    """What runs in it; Valkey costs a third less."""
    major_version: str | None = None
    """Given as ElastiCache names it (redis 7, valkey 8); the newest of the engine where null."""
    data_storage_gb: DataStorageLimits = DataStorageLimits()
    ecpu_per_second: ProcessingLimits = ProcessingLimits()
    snapshot_retention_days: Annotated[int, Field(ge=0, le=35)] = 7
    """Days a daily snapshot is kept; 0 takes none."""
    daily_snapshot_time: TimeOfDay = "03:00"
    """When the daily snapshot is taken, in UTC."""
    restore_from: tuple[SnapshotArn, ...] = ()
    """Snapshots that a new cache begins with."""
    deletion_protection: bool = True
    """Refuse a plan that destroys the cache, since Terraform takes no last snapshot of it."""

    @property
    def version(self) -> str:
        """`major_version`, or the newest of the engine where none is given."""
        return self.major_version or newest_serverless_version(self.engine)

    @property
    def port(self) -> int:
        """Where clients read and write, as ElastiCache has it."""
        return _PORT

    @property
    def last_port(self) -> int:
        """Where clients may read what is a moment old."""
        return _READER_PORT


_PORT: Final = 6379
_READER_PORT: Final = 6380
"""Both are ElastiCache's (User Guide, "Valkey and Redis OSS configuration and limits", serverless caches)."""
