"""What the review says about one resource."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from environments.schema import AllowedChange


class Kind(StrEnum):
    """What would happen; an environment's file allows it by the same word."""

    DESTROY = "destroy"
    """Data, or the key to it, is deleted."""
    REPLACE = "replace"
    """Data is deleted and something empty takes its place."""
    UNPROTECT = "unprotect"
    """What keeps data from being lost is taken away or weakened."""
    WEAKEN = "weaken"
    """Access gets wider, encryption weaker, or a trace is no longer kept."""
    NOTICE = "notice"
    """Worth a look, and blocks nothing."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that would happen to one resource."""

    kind: Kind
    address: str
    what: str
    before: str = ""
    after: str = ""
    remedy: str
    """What to do about it."""
    allowed: AllowedChange | None = None
    """The entry of the environment's file that lets it pass."""

    @property
    def blocks(self) -> bool:
        """Whether the plan must not be applied because of it."""
        return self.kind is not Kind.NOTICE and self.allowed is None
