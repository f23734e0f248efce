"""Settings of an S3 bucket."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from environments.schema.lifecycle import LifecycleRule
from environments.schema.object_lock import ObjectLock
from environments.schema.replication import ReplicationSettings
from environments.schema.values import WebOrigin
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
    lifecycle: tuple[LifecycleRule, ...] = ()
    """How some of the objects age, by prefix, tag and size, beside what the settings above do to all."""
    object_lock: ObjectLock | None = None
    """Keep versions from being deleted for some days; once switched on, S3 never switches it off again."""
    replication: ReplicationSettings | None = ReplicationSettings()
    """Copies in the disaster-recovery region, where the environment has one; null makes none."""
    inventory: Literal["daily", "weekly"] | None = "weekly"
    """How often a list of all objects is delivered to the bucket for logs; null never does."""
    storage_class_analysis: bool = False
    """Deliver to the bucket for logs, every day, how long objects are read."""
    request_metrics: bool = True
    """Measure requests, errors and latency by the minute, for alarms; costs as CloudWatch metrics do."""
    cors_origins: tuple[WebOrigin, ...] = ()
    """Web pages from which browsers may upload and download."""
    redis_exports: bool = False
    """Let ElastiCache store snapshots of Redis here that somebody exports."""
    force_destroy: bool = False
    """Let destroy delete the objects too."""
