"""Every entity, domain by domain."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.entities import Entity
from tierstore.model import contents, erasures, outbox, sessions, state, uploads, users

ENTITIES: Final[tuple[type[Entity], ...]] = (
    *users.ENTITIES,
    *contents.ENTITIES,
    *uploads.ENTITIES,
    *state.ENTITIES,
    *sessions.ENTITIES,
    *erasures.ENTITIES,
    *outbox.ENTITIES,
)
