"""Who may use which access patterns."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.personas import Persona
from tierstore.declaration.requests import Write
from tierstore.model.patterns import PATTERNS


def _named(*names: str) -> tuple[AccessPattern, ...]:
    return tuple(pattern for pattern in PATTERNS if pattern.name in names)


def _groups(*groups: str) -> tuple[AccessPattern, ...]:
    return tuple(pattern for pattern in PATTERNS if pattern.group in groups)


def _reads(patterns: tuple[AccessPattern, ...]) -> tuple[AccessPattern, ...]:
    return tuple(p for p in patterns if not any(isinstance(request, Write) for request in p.requests))


_ASSET_READS: Final = _named("assets.read", "assets.download", "assets.link")

PERSONAS: Final = (
    Persona(
        name="application",
        description="The application's own servers: whatever users do.",
        patterns=tuple(p for p in PATTERNS if p.group not in {"assets", "personal_data"} or p in _ASSET_READS),
    ),
    Persona(
        name="data_protection",
        description="Whoever answers users that ask for their data, or for its end.",
        patterns=_groups("personal_data"),
    ),
    Persona(
        name="reader",
        description="Reports and back-office tools: whatever only reads users and content.",
        patterns=_reads(_groups("users", "contents", "counters")),
    ),
    Persona(
        name="uploader",
        description="A signed-in user's own uploads and nobody else's.",
        patterns=tuple(p for p in _groups("uploads") if p.name not in {"uploads.pending", "uploads.reconcile"}),
        owns="user_id",
    ),
    Persona(
        name="session_service",
        description="Signs users in and out.",
        patterns=(*_groups("sessions"), *_named("users.by_email")),
    ),
    Persona(
        name="publisher",
        description="The delivery pipeline that publishes static assets.",
        patterns=_groups("assets"),
    ),
)
