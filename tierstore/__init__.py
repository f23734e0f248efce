"""Typed access to DynamoDB, S3 and Redis by declared access patterns.

storage = Storage.connect("dev")
user = storage.users.create(email="ada@example.org", display_name="Ada")
page = storage.contents.by_author(user.id, limit=20)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tierstore.api.idempotent import idempotent
    from tierstore.connection import Connection
    from tierstore.core.deadlines import deadline
    from tierstore.core.pages import Page
    from tierstore.storage import AsyncStorage, Storage

__all__ = ["AsyncStorage", "Connection", "Page", "Storage", "deadline", "idempotent"]

_HOMES: Final = {
    "AsyncStorage": "tierstore.storage",
    "Connection": "tierstore.connection",
    "Page": "tierstore.core.pages",
    "Storage": "tierstore.storage",
    "deadline": "tierstore.core.deadlines",
    "idempotent": "tierstore.api.idempotent",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: deployment imports the declaration without the runtime."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tierstore' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """What `help` and completion show."""
    return [*globals(), *__all__]
