"""The tables: few, shared by many entities."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.tables import GlobalIndex, LocalIndex, StreamView, Table

CORE: Final = Table(
    name="core",
    description="Users and content, their item collections, and the overloaded indexes that they share.",
    global_indexes=(
        GlobalIndex(name="gsi1", partition_key="gsi1pk", sort_key="gsi1sk"),
        GlobalIndex(name="gsi2", partition_key="gsi2pk", sort_key="gsi2sk"),
    ),
    local_indexes=(LocalIndex(name="lsi1", sort_key="lsi1sk"),),
    time_to_live="ttl",
    stream=StreamView.NEW_AND_OLD_IMAGES,
)

STATE: Final = Table(
    name="state",
    description="Application state, durable copies of sessions, leases and idempotency records: short-lived items.",
    global_indexes=(GlobalIndex(name="gsi1", partition_key="gsi1pk", sort_key="gsi1sk"),),
    time_to_live="ttl",
)

TABLES: Final = (CORE, STATE)
