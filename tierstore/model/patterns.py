"""Every access pattern, domain by domain."""

from __future__ import annotations

from typing import Final

from tierstore.model import assets, contents, outbox, personal_data, real_time, sessions, state, uploads, users

PATTERNS: Final = (
    *users.PATTERNS,
    *contents.PATTERNS,
    *uploads.PATTERNS,
    *assets.PATTERNS,
    *state.PATTERNS,
    *sessions.PATTERNS,
    *real_time.PATTERNS,
    *personal_data.PATTERNS,
    *outbox.PATTERNS,
)
