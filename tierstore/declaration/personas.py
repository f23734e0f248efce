"""Personas: who may use which access patterns."""

from __future__ import annotations

from dataclasses import dataclass

from tierstore.declaration.errors import DeclarationError, require_identifier
from tierstore.declaration.patterns import AccessPattern


@dataclass(frozen=True, kw_only=True)
class Persona:
    """A role of the running system, limited to the patterns that it is for.

    `owns` binds it to one owner's data: the name of the principal tag that holds the owner's id.
    """

    name: str
    description: str
    patterns: tuple[AccessPattern, ...]
    owns: str | None = None

    def __post_init__(self) -> None:
        require_identifier(self.name, f"persona {self.name!r}")
        if not self.patterns:
            raise DeclarationError(f"persona {self.name!r} may use no access pattern")
