"""What keeps everybody from storing more for a user whose data is erased."""

from __future__ import annotations

from tierstore.dynamodb import changes
from tierstore.dynamodb.changes import Change
from tierstore.errors import ErasedError
from tierstore.model.erasures import Erasure


def not_erased(user_id: str) -> Change[None]:
    """Part of a transaction that stores something new for a user; raises `ErasedError` once the user is erased.

    It is tested in the same moment as the rest is written, so nothing slips in behind an erasure's back.
    """
    refusal = ErasedError("the data of this user is being erased, or was; nothing new is stored for them")
    return changes.require_absent(Erasure(user_id=user_id), refusal)
