"""The names that the files of the environments may give settings for."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.permissions import ObjectPermission, permissions_of
from tierstore.model import DATA_MODEL

DECLARED_TABLES: Final = {table.name: table for table in DATA_MODEL.tables}
TABLES: Final = tuple(DECLARED_TABLES)
BUCKETS: Final = tuple(bucket.name for bucket in DATA_MODEL.buckets)

OPERATIONS: Final = {
    "operator": "On call: sees everything, reads data also without knowing its keys, and fails Redis over.",
    "auditor": "Sees how everything is set up and who may do what, and no data.",
    "backup": "Takes backups, exports and snapshots, and restores them beside the originals; deletes nothing.",
    "validator": "Checks and drills after a rollout, which leave nothing behind.",
}
"""The personas of those who run an environment, and what each does."""
APPLICATIONS: Final = tuple(persona.name for persona in DATA_MODEL.personas)
"""The personas of the data model."""
OWNERS: Final = {persona.name: persona.owns for persona in DATA_MODEL.personas if persona.owns is not None}
"""By persona that is bound to an owner, the session tag with the owner's id."""
USED_BUCKETS: Final = tuple(
    sorted(
        {
            (persona.name, permission.bucket)
            for persona in DATA_MODEL.personas
            for permission in permissions_of(persona)
            if isinstance(permission, ObjectPermission)
        }
    )
)
"""Every persona of the data model with each bucket whose objects it uses."""
LOG_BUCKET: Final = DATA_MODEL.access_log_bucket.name
BACKUP_BUCKETS: Final = tuple(bucket.name for bucket in DATA_MODEL.buckets if bucket.keeps_backups)
