"""Limits of a failover drill."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.settings import Settings


class FailoverLimits(Settings):
    """What a failover drill may cost here before it counts as failed."""

    longest_gap_seconds: Annotated[float, Field(gt=0)] = 60
    """Longest time without a successful write."""
    failed_operations: Annotated[int, Field(ge=0)] = 0
    """Operations that the client's own retries could not save."""
    recovery_seconds: Annotated[float, Field(gt=0)] = 900
    """Until the failed node is back as a replica in sync."""
