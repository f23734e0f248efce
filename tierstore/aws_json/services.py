"""What tells one service that speaks AWS' JSON protocol from another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tierstore.errors import StorageError


@dataclass(frozen=True, kw_only=True)
class Service:
    """How a service is named in messages, endpoints and requests, and what its refusals mean."""

    title: str
    endpoint: str
    target: str
    content_type: str
    failure_of: Callable[[int, Mapping[str, Any]], StorageError]
    """The error of an answer with this HTTP status and error document."""
