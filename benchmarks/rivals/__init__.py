"""Other libraries, each doing what we measure of our own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

Works: TypeAlias = Mapping[str, Callable[[], object]]
"""What is measured, by the benchmark's name."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The table that every library asks."""

    endpoint: str
    name: str
    example: Mapping[str, Any]
    """One item, its attributes as Python values."""
    keys: list[tuple[str, str]]
    """The partition and sort keys of a hundred items."""
