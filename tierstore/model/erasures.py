"""Users whose data is erased: nothing is stored for them any more, and a restored backup is cleared of them again."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Literal

from tierstore.declaration.entities import Entity
from tierstore.declaration.keys import key
from tierstore.declaration.ownership import NotPersonal
from tierstore.declaration.requests import check
from tierstore.model.tables import STATE


class Erasure(
    Entity,
    table=STATE,
    type="erasure",
    key=key("ERASURE#{user_id}", "ERASURE"),
    typical_item_bytes=256,
    ownership=(NotPersonal(reason="an id that nothing else holds any more, kept so that nothing ever will"),),
):
    """That a user's data is being erased, or was; kept for good, so that nothing of the user comes back."""

    user_id: str
    status: Literal["erasing", "erased"] = "erasing"
    writable_until: datetime | None = None
    """Until then links that were given out may still store files of the user."""


NOT_ERASED: Final = check(Erasure, condition="nobody erases the user")
"""Part of every write that stores something new for a user."""

ENTITIES: Final = (Erasure,)
