"""What plans take from their surroundings without asking: where things are, the time, and chance."""

from __future__ import annotations

import random
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from tierstore.connection import Connection


def utc_now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)


def new_token() -> str:
    """A token that no other request has, 36 characters."""
    return str(uuid.uuid4())


def new_secret() -> str:
    """A secret that nobody can guess: 256 random bits, 43 characters that a URL or a cookie may hold."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, kw_only=True)
class Context:
    """Given to every group of operations; tests give a clock that stands still and dice that are loaded."""

    connection: Connection
    now: Callable[[], datetime] = utc_now
    random: Callable[[], float] = random.random
    """Gives numbers from 0 to below 1."""
    new_token: Callable[[], str] = new_token
    new_secret: Callable[[], str] = new_secret
