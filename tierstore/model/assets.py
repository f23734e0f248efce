"""Static assets of the application."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.patterns import AccessPattern, ObjectAction, ObjectRequest
from tierstore.model.buckets import ASSETS

PATTERNS: Final = (
    AccessPattern(
        id="F3",
        name="assets.read",
        title="read a static asset",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.READ,)),),
    ),
    AccessPattern(
        id="F4",
        name="assets.publish",
        title="publish or remove a static asset",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.READ, ObjectAction.WRITE, ObjectAction.DELETE)),),
    ),
)
