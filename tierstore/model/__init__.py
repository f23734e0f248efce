"""Tierstore's data model: from it tables, indexes, policies, validation and documents follow.

One module a domain holds its entities and access patterns. To add a global index, list it on its table (`tables`),
give an entity a key in it and declare the pattern that reads it; to add a bucket, declare and list it in `buckets`.
A part that does not fit the others is an error at import.
"""

from __future__ import annotations

from typing import Final

from tierstore.declaration.model import DataModel
from tierstore.model.buckets import BUCKETS
from tierstore.model.entities import ENTITIES
from tierstore.model.key_spaces import KEY_SPACES
from tierstore.model.patterns import PATTERNS
from tierstore.model.personas import PERSONAS
from tierstore.model.tables import TABLES

DATA_MODEL: Final = DataModel(
    tables=TABLES,
    buckets=BUCKETS,
    key_spaces=KEY_SPACES,
    entities=ENTITIES,
    patterns=PATTERNS,
    personas=PERSONAS,
)
"""The model that is deployed, validated and served."""
