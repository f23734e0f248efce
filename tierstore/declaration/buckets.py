"""Buckets, how the keys of their objects are made, and what may be stored in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tierstore.declaration.content_types import ContentType
from tierstore.declaration.errors import DeclarationError, require_identifier, require_unique
from tierstore.declaration.keys import KeyTemplate
from tierstore.declaration.ownership import NotPersonal, OwnedBy

LARGEST_OBJECT: Final = 10_000 * 5 * 2**30
"""Bytes that S3 takes in one object: 10,000 parts of 5 GiB (Amazon S3 multipart upload limits)."""


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One S3 bucket: what lives in it and how its objects are named.

    Raises `DeclarationError` for a size that S3 cannot store and for a content type that is listed twice.
    """

    name: str
    description: str
    object_key: KeyTemplate | None = None
    """Template of an object's key; free where None."""
    content_types: tuple[ContentType, ...] = ()
    """What may be stored, by what an object begins with; anything where empty."""
    maximum_object_bytes: int = LARGEST_OBJECT
    keeps_backups: bool = False
    """What it keeps is the way back from a mistake, so that production locks it against deletion."""
    ownership: OwnedBy | NotPersonal | None = None
    """Whose data its objects are: the field of `object_key` with the user's id, or nobody's, with a reason."""
    receives_access_logs: bool = False
    """Server access logs of every other bucket are delivered here (so it is encrypted by S3's own key,
    the only one that log delivery supports)."""

    def __post_init__(self) -> None:
        where = f"bucket {self.name!r}"
        require_identifier(self.name, where)
        if isinstance(self.ownership, OwnedBy):
            first = self.object_key.fields[:1] if self.object_key is not None else ()
            if first != (self.ownership.field,):
                raise DeclarationError(
                    f"{where}: ownership names {self.ownership.field!r}, which is not the first field of its object "
                    "key; so a user's objects could not be listed"
                )
        require_unique((content_type.name for content_type in self.content_types), f"{where}: content types")
        if not 0 < self.maximum_object_bytes <= LARGEST_OBJECT:
            raise DeclarationError(
                f"{where}: maximum_object_bytes is {self.maximum_object_bytes}, S3 allows 1 to {LARGEST_OBJECT}"
            )
