"""Settings of a DynamoDB table."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from environments.settings import Section, Settings


class OnDemand(Settings):
    """Pay per request."""

    model_config = ConfigDict(json_schema_extra={"required": ["mode"]})

    mode: Literal["on_demand"] = "on_demand"


class Provisioned(Settings):
    """Capacity bought in units per second."""

    mode: Literal["provisioned"]
    read_capacity: Annotated[int, Field(ge=1, le=40_000)]
    """Read capacity units of the table and of each index."""
    write_capacity: Annotated[int, Field(ge=1, le=40_000)]
    """Write capacity units of the table and of each index."""


class TableSettings(Section):
    """How one DynamoDB table of the declaration runs here."""

    billing: Annotated[OnDemand | Provisioned, Field(discriminator="mode")] = OnDemand()
    """Pay per request, or for provisioned capacity."""
    point_in_time_recovery_days: Annotated[int, Field(ge=0, le=35)] = 35
    """Days that can be restored from; 0 turns point-in-time recovery off."""
    deletion_protection: bool = True
    """Refuse to delete the table."""
