"""Buckets, and how the keys of their objects are made."""

from __future__ import annotations

from dataclasses import dataclass

from tierstore.declaration.errors import require_identifier
from tierstore.declaration.keys import KeyTemplate


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """One S3 bucket: what lives in it and how its objects are named."""

    name: str
    description: str
    object_key: KeyTemplate | None = None
    """Template of an object's key; free where None."""
    receives_access_logs: bool = False
    """Server access logs of every other bucket are delivered here (so it is encrypted by S3's own key,
    the only one that log delivery supports)."""

    def __post_init__(self) -> None:
        require_identifier(self.name, f"bucket {self.name!r}")
