"""The default of an update's arguments: leave the field as it is."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final


class Unchanged(Enum):
    """Unlike None, which is a value that a field may have."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


def given(**values: Any) -> dict[str, Any]:
    """The values that are not left as they are."""
    return {name: value for name, value in values.items() if value is not UNCHANGED}
