"""Settings of a DynamoDB table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from environments.schema.capacity import Scaled
from environments.schema.values import BucketName, KeyPrefix, TableSource, Timestamp, TrustedArn
from environments.settings import Section, Settings

Units = Annotated[int, Field(ge=1, le=40_000)]
Cap = Annotated[int, Field(ge=-1)]
TableClass = Literal["STANDARD", "STANDARD_INFREQUENT_ACCESS"]


class RequestCaps(Settings):
    """The most request units a second that are served, and paid for."""

    max_read_units: Cap | None = None
    """1 or more; -1 lifts a cap that was set, null is for where there never was one."""
    max_write_units: Cap | None = None
    """1 or more; -1 lifts a cap that was set, null is for where there never was one."""


class OnDemand(RequestCaps):
    """Pay per request."""

    model_config = ConfigDict(json_schema_extra={"required": ["mode"]})

    mode: Literal["on_demand"] = "on_demand"
    indexes: dict[str, RequestCaps] = Field(default_factory=dict)
    """By global index; one that is not named has no cap of its own."""


class Capacity(Settings):
    """Units per second that are bought."""

    read_capacity: Units
    """Read capacity units."""
    write_capacity: Units
    """Write capacity units."""


class Provisioned(Settings):
    """Capacity bought in units per second."""

    mode: Literal["provisioned"]
    read_capacity: Units
    """Read capacity units of the table."""
    write_capacity: Units
    """Write capacity units of the table."""
    indexes: dict[str, Capacity] = Field(default_factory=dict)
    """By global index; one that is not named has the capacity of the table."""


class ScaledCapacity(Settings):
    """Units per second that are bought as the load asks for them."""

    read: Scaled
    """Read capacity units."""
    write: Scaled
    """Write capacity units."""


class Autoscaled(ScaledCapacity):
    """Capacity bought in units per second, more and less of them as the load asks for."""

    mode: Literal["autoscaled"]
    indexes: dict[str, ScaledCapacity] = Field(default_factory=dict)
    """By global index; one that is not named is scaled as the table is, by its own load."""


class Replica(Section):
    """The copy of a table in the disaster recovery region: a global table."""

    point_in_time_recovery: bool = True
    """Restore the copy to any second, too."""
    deletion_protection: bool = True
    """Refuse to delete the copy."""
    table_class: TableClass | None = None
    """Of the copy; that of the table where null."""


class ChangeStream(Settings):
    """A Kinesis stream that gets every change of the table."""

    retention_hours: Annotated[int, Field(ge=24, le=8760)] = 24
    """Hours that a change can be read."""
    precision: Literal["MILLISECOND", "MICROSECOND"] = "MICROSECOND"
    """Of the time that stands on each change."""


class ImportSource(Settings):
    """Objects that a new table begins with. What already exists is never imported into."""

    bucket: BucketName
    """Where the objects lie."""
    key_prefix: KeyPrefix = ""
    """Start of their keys."""
    format: Literal["DYNAMODB_JSON", "ION", "CSV"] = "DYNAMODB_JSON"
    """How items are written in them."""
    compression: Literal["NONE", "GZIP", "ZSTD"] = "GZIP"
    """Of every object."""


class RestoreSource(Settings):
    """Another table's past that a new table begins with."""

    table: TableSource
    """The name of a table in this region, or the ARN of one in another."""
    at: Timestamp | None = None
    """The second to return to; the latest possible where null."""


class TableSettings(Section):
    """How one DynamoDB table of the declaration runs here."""

    billing: Annotated[OnDemand | Provisioned | Autoscaled, Field(discriminator="mode")] = OnDemand()
    """Pay per request, or for provisioned capacity, which may follow the load."""
    table_class: TableClass = "STANDARD"
    """STANDARD_INFREQUENT_ACCESS stores for less and serves for more."""
    point_in_time_recovery_days: Annotated[int, Field(ge=0, le=35)] = 35
    """Days that can be restored from; 0 turns point-in-time recovery off."""
    deletion_protection: bool = True
    """Refuse to delete the table."""
    replica: Replica | None = None
    """A copy in the disaster recovery region that is written to within a second; null keeps none."""
    contributor_insights: bool = False
    """Find the most used and most throttled keys of the table and of each global index; paid by event."""
    readers: tuple[TrustedArn, ...] = ()
    """Roles and users, of other accounts too, that the table itself lets read."""
    stream_readers: tuple[TrustedArn, ...] = ()
    """Roles and users, of other accounts too, that the table's stream itself lets read."""
    change_stream: ChangeStream | None = None
    """Changes of the table in Kinesis, for readers that need more than a day; null sends none."""
    import_from: ImportSource | None = None
    """For a table that does not exist yet."""
    restore_from: RestoreSource | None = None
    """For a table that does not exist yet."""
