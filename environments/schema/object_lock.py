"""Settings of a bucket's object lock."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from environments.settings import Settings


class ObjectLock(Settings):
    """For how long nobody may delete or overwrite the version of an object."""

    mode: Literal["governance", "compliance"] = "governance"
    """Whether those with s3:BypassGovernanceRetention may still do it, or not even the root user."""
    days: Annotated[int, Field(ge=1, le=36_500)]
    """Days from when a version was stored."""
