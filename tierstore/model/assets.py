"""Static assets of the application."""

from __future__ import annotations

from typing import Final

from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import ObjectAction, ObjectRequest
from tierstore.model.buckets import ASSETS

PATTERNS: Final = (
    AccessPattern(
        id="F3",
        name="assets.read",
        title="read a static asset",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.READ,)),),
    ),
    AccessPattern(
        id="F3d",
        name="assets.download",
        title="receive a static asset as a file",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.READ,)),),
    ),
    AccessPattern(
        id="F3l",
        name="assets.link",
        title="a signed URL that reads a static asset",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.READ,)),),
    ),
    AccessPattern(
        id="F4",
        name="assets.publish",
        title="publish a static asset",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.READ, ObjectAction.WRITE)),),
    ),
    AccessPattern(
        id="F4c",
        name="assets.copy",
        title="publish a copy of a static asset",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.READ, ObjectAction.WRITE)),),
    ),
    AccessPattern(
        id="F4d",
        name="assets.delete",
        title="take a static asset away",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.DELETE,)),),
    ),
    AccessPattern(
        id="F4v",
        name="assets.versions",
        title="what a static asset was before",
        requests=(ObjectRequest(bucket=ASSETS, actions=(ObjectAction.VERSIONS,)),),
    ),
    AccessPattern(
        id="F4r",
        name="assets.restore",
        title="publish an earlier version of a static asset again",
        requests=(
            ObjectRequest(bucket=ASSETS, actions=(ObjectAction.READ, ObjectAction.WRITE, ObjectAction.VERSIONS)),
        ),
    ),
)
