"""How long an entity lives in a cache, and how a key space of Redis is used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tierstore.declaration.errors import DeclarationError, require_identifier
from tierstore.declaration.keys import KeyTemplate


@dataclass(frozen=True, kw_only=True)
class CachePolicy:
    """How copies of an entity are kept in Redis (cache-aside); all times in seconds.

    Raises `DeclarationError` for times that contradict each other.
    """

    time_to_live: float
    """How long a copy is fresh."""
    jitter: float = 0.1
    """Share by which a time to live is shortened at random, so that copies made together do not expire together."""
    negative_time_to_live: float = 0
    """How long «there is no such item» is remembered; 0 does not remember it."""
    refresh_ahead: float = 0
    """Seconds before expiry from which one reader refreshes while the others are served; not of an absence."""
    stale_if_error: float = 0
    """How long after its expiry a copy may still be served while the table cannot be read."""
    local_time_to_live: float = 0
    """How long a process may keep a copy of its own; 0 keeps none."""
    loads_consistently: bool = False
    """Whether copies are made by consistent reads, at twice the read units; for what must be seen at once."""
    key_space: KeySpace | None = None
    """Where the copies lie, by the entity's type and id; None is the entities' common space."""

    def __post_init__(self) -> None:
        if self.time_to_live <= 0:
            raise DeclarationError(f"cache policy: time_to_live is {self.time_to_live}, it must be above 0 s")
        if not 0 <= self.jitter < 1:
            raise DeclarationError(f"cache policy: jitter is {self.jitter}, it must be from 0 to below 1")
        for name in ("negative_time_to_live", "refresh_ahead", "stale_if_error", "local_time_to_live"):
            if getattr(self, name) < 0:
                raise DeclarationError(f"cache policy: {name} is {getattr(self, name)}, it must not be negative")
        freshest = self.time_to_live * (1 - self.jitter)
        for name in ("refresh_ahead", "local_time_to_live"):
            if getattr(self, name) >= freshest:
                raise DeclarationError(
                    f"cache policy: {name} is {getattr(self, name)} s, "
                    f"it must be below the shortest time to live, {freshest:g} s"
                )


class KeySpaceUse(StrEnum):
    """What a loss of the key space means."""

    CACHE = "cache"
    """Copies: a loss costs time, never data."""
    SESSION = "session"
    """First read here, with a durable copy in a table."""
    REAL_TIME = "real_time"
    """Short-lived state whose loss is accepted, or that is flushed to a table."""


class Traces(StrEnum):
    """Where in a key space a user's id may be, besides in the keys themselves."""

    NONE = "none"
    MEMBERS = "members"
    """Members of sorted sets may be it."""
    ENTRIES = "entries"
    """Entries of streams may tell it."""


@dataclass(frozen=True, kw_only=True)
class KeySpace:
    """One family of Redis keys.

    Raises `DeclarationError` where the slot is chosen by a field that the key does not have.
    """

    name: str
    description: str
    use: KeySpaceUse
    key: KeyTemplate
    slot_by: str | None = None
    """Field that chooses the hash slot (by a hash tag), for keys that one atomic command touches together."""
    schema_version: int = 1
    traces: Traces = Traces.NONE

    def __post_init__(self) -> None:
        require_identifier(self.name, f"key space {self.name!r}")
        if self.schema_version < 1:
            raise DeclarationError(f"key space {self.name!r}: schema_version is {self.schema_version}, it starts at 1")
        if self.slot_by is not None and self.slot_by not in self.key.fields:
            raise DeclarationError(
                f"key space {self.name!r}: slot_by names {self.slot_by!r}, "
                f"but {self.key.text!r} has only {', '.join(self.key.fields)}"
            )

    @property
    def prefix(self) -> str:
        """`<name>:<schema version>:`, with which every key of the space begins."""
        return f"{self.name}:{self.schema_version}:"
