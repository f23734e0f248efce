"""Numbers that may follow the load: as configured while they lie within their bounds."""

from __future__ import annotations

from environments.schema import Scaled
from validation.framework.result import Json


def expected(fixed: int, scaled: Scaled | None) -> Json:
    """The number that is configured, or its bounds where it follows the load."""
    return _bounds(scaled) if scaled else fixed


def found(number: int, scaled: Scaled | None) -> Json:
    """The number that there is, or its bounds where it follows the load and lies within them."""
    return _bounds(scaled) if scaled and scaled.lowest <= number <= scaled.highest else number


def _bounds(scaled: Scaled) -> str:
    return f"{scaled.lowest} to {scaled.highest}"
