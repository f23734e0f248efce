"""The buckets."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.buckets import Bucket
from tierstore.declaration.keys import KeyTemplate

ASSETS: Final = Bucket(name="assets", description="Static assets of the application.")
UPLOADS: Final = Bucket(
    name="uploads",
    description="Files that users upload.",
    object_key=KeyTemplate("uploads/{user_id}/{upload_id}/{file_name}", separator="/"),
)
BACKUPS: Final = Bucket(name="backups", description="Exports and snapshots.")
LOGS: Final = Bucket(name="logs", description="Access logs of the other buckets.", receives_access_logs=True)


BUCKETS: Final = (ASSETS, UPLOADS, BACKUPS, LOGS)
