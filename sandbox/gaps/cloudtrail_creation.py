"""CloudTrail: a new trail has the log group and the tags that it was created with."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sandbox.wire import OK, Handler, Request, Response

_CREATE, _UPDATE, _TAG = "CreateTrail", "UpdateTrail", "AddTags"


async def handle(request: Request, emulator: Handler) -> Response:
    """Let the emulator create the trail, then tell it again of what it only takes from other requests."""
    response = await emulator(request)
    if request.action != _CREATE or response[0] != OK:
        return response
    given = json.loads(request.body)
    arn = json.loads(response[2])["TrailARN"]
    updated = await emulator(_asking(request, _UPDATE, given))
    await emulator(_asking(request, _TAG, {"ResourceId": arn, "TagsList": given.get("TagsList", [])}))
    return updated


def _asking(request: Request, action: str, body: dict[str, Any]) -> Request:
    target = request.headers["x-amz-target"].removesuffix(_CREATE) + action
    return replace(request, headers={**request.headers, "x-amz-target": target}, body=json.dumps(body).encode())
