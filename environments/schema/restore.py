"""Limits of a restore drill."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.settings import Settings


class RestoreLimits(Settings):
    """How long a restore may take here before a drill counts as failed."""

    restorable_after_seconds: Annotated[float, Field(gt=0)] = 600
    """Until a table can be restored to a moment that has just passed; DynamoDB takes about five minutes."""
    recovery_seconds: Annotated[float, Field(gt=0)] = 3600
    """From the request until the restored table serves."""
