"""Settings of how some of a bucket's objects age."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from environments.schema.values import TagValue, text
from environments.settings import Settings

Bytes = Annotated[int, Field(ge=0, le=5 * 2**40)]


class LifecycleRule(Settings):
    """What happens to some of a bucket's objects, beside what happens to all."""

    id: Annotated[str, text(r"^[a-z][a-z0-9-]{0,62}$", "up to 63 lower-case letters, digits and hyphens")]
    """Names the rule."""
    prefix: str = ""
    """Beginning of the keys that the rule is for."""
    tags: dict[str, TagValue] = Field(default_factory=dict)
    """Tags that an object must have, all of them."""
    larger_than_bytes: Bytes | None = None
    """Leaves smaller objects alone."""
    smaller_than_bytes: Bytes | None = None
    """Leaves larger objects alone."""
    transition_days: Annotated[int, Field(ge=0, le=3650)] | None = None
    """Days until the objects move to `storage_class`; null leaves them."""
    storage_class: Literal["STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] = "GLACIER_IR"
    """Where to; GLACIER and DEEP_ARCHIVE have to be restored before they can be read."""
    expiration_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Days until the objects expire; null keeps them."""
