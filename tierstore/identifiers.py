"""Time-ordered identifiers."""

from __future__ import annotations

import os
import time
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32 (github.com/ulid/spec)."""


def new_ulid(*, milliseconds: int | None = None) -> str:
    """A ULID, 26 characters: the first 10 are its time in ms since 1970, the rest 80 random bits.

    Text order is time order.
    """
    moment = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    number = moment << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
