"""Settings of an S3 bucket."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from environments.settings import Section


class BucketSettings(Section):
    """How one S3 bucket of the declaration runs here."""

    versioning: bool = True
    """Keep what is overwritten or deleted."""
    noncurrent_version_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days an overwritten or deleted version is kept."""
    abort_multipart_days: Annotated[int, Field(ge=1, le=30)] = 7
    """Days after which an incomplete multipart upload is removed."""
    intelligent_tiering_days: Annotated[int, Field(ge=0, le=365)] | None = 30
    """Days until objects move to Intelligent-Tiering; null leaves them in Standard."""
    expiration_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Days until current objects expire; null keeps them."""
    archive_access_days: Annotated[int, Field(ge=90, le=730)] | None = None
    """Days without access until Intelligent-Tiering archives an object (restored in hours); null never does."""
    deep_archive_access_days: Annotated[int, Field(ge=180, le=730)] | None = None
    """Days without access until Intelligent-Tiering deep-archives an object (restored in 12 hours); null never does."""
    force_destroy: bool = False
    """Let destroy delete the objects too."""
