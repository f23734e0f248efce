"""Cursors: places in a list, which only the query that made them can read."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

from tierstore.connection import Connection
from tierstore.errors import InvalidCursorError

_MAC_BYTES: Final = 16
"""Of HMAC-SHA-256, shortened to 128 bits as RFC 2104, section 5 allows."""


class Cursors:
    """Seals places in lists, and opens what it sealed for the same query with the same parameters."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, connection: Connection) -> Cursors:
        """With the connection's key; without one, with a key that anybody who knows the environment can make.

        That still refuses a cursor of another query, environment or release. What a forged one could do is small:
        the partition is never taken from a cursor, so it can only begin the caller's own list somewhere else.
        """
        return cls(connection.cursor_key or sha256(f"tierstore cursors of {connection.environment}".encode()).digest())

    def seal(self, query: str, place: tuple[str, ...]) -> str:
        """The cursor of a place in the list that `query` names, parameters included."""
        content = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
        return urlsafe_b64encode(self._mac(query, content) + content).decode().rstrip("=")

    def open(self, query: str, cursor: str) -> tuple[str, ...]:
        """The place; raises `InvalidCursorError` where the cursor was not made by this query or was changed."""
        try:
            sealed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except ValueError:
            sealed = b""
        mac, content = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(query, content)):
            raise InvalidCursorError(
                "the cursor does not belong to this list; give the one of its last page, with the same arguments, "
                "or None to begin again"
            )
        return tuple(json.loads(content))

    def _mac(self, query: str, content: bytes) -> bytes:
        named = f"{len(query)}:{query}".encode()
        return hmac.digest(self._key, named + content, "sha256")[:_MAC_BYTES]
