"""The names that the data model declares, which the files of the environments may give settings for."""

from __future__ import annotations

from typing import Final

from tierstore.model import DATA_MODEL

TABLES: Final = tuple(table.name for table in DATA_MODEL.tables)
BUCKETS: Final = tuple(bucket.name for bucket in DATA_MODEL.buckets)
