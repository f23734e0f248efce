"""The buckets."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.content_types import (
    AVIF,
    CSV,
    GIF,
    GZIP,
    JPEG,
    JSON,
    MP3,
    MP4,
    PDF,
    PNG,
    TEXT,
    WAV,
    WEBM,
    WEBP,
    ZIP,
)
from tierstore.declaration.keys import KeyTemplate
from tierstore.declaration.ownership import NotPersonal, OwnedBy

ASSETS: Final = Bucket(
    name="assets",
    description="Static assets of the application.",
    ownership=NotPersonal(reason="published by the application for everybody"),
)
UPLOADS: Final = Bucket(
    name="uploads",
    description="Files that users upload.",
    object_key=KeyTemplate("uploads/{user_id}/{upload_id}/{file_name}", separator="/"),
    content_types=(PNG, JPEG, GIF, WEBP, AVIF, PDF, ZIP, GZIP, MP4, WEBM, MP3, WAV, TEXT, CSV, JSON),
    # One signed request of a browser carries no more (Amazon S3: PutObject).
    maximum_object_bytes=5 * 2**30,
    ownership=OwnedBy(field="user_id"),
)
BACKUPS: Final = Bucket(
    name="backups",
    description="Exports and snapshots.",
    keeps_backups=True,
    ownership=NotPersonal(reason="of whole tables; they end with their retention, and erasures outlive them"),
)
LOGS: Final = Bucket(
    name="logs",
    description="Access logs of the other buckets.",
    receives_access_logs=True,
    ownership=NotPersonal(reason="of requests; they end with their retention"),
)


BUCKETS: Final = (ASSETS, UPLOADS, BACKUPS, LOGS)
