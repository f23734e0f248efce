"""AWS Backup: which services it backs up in a region, and of which it manages the backups itself."""

from __future__ import annotations

import json

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import respond
from sandbox.wire import Gap, Handler, Request, Response

_OPTED_IN = "ResourceTypeOptInPreference"
_MANAGED = "ResourceTypeManagementPreference"
_OF_A_NEW_ACCOUNT = {
    _OPTED_IN: {"DynamoDB": True, "S3": True},
    _MANAGED: {"DynamoDB": True},
}


def remembering(memory: Memory) -> Gap:
    """Return a handler that keeps the settings of each region; a new account has every service opted in."""

    async def handle(request: Request, emulator: Handler) -> Response:
        if request.path.rstrip("/") != "/account-settings":
            return await emulator(request)
        settings = json.loads(memory.get(request.region, json.dumps(_OF_A_NEW_ACCOUNT)))
        if request.method == "PUT":
            given = json.loads(request.body)
            settings = {name: kept | given.get(name, {}) for name, kept in settings.items()}
            memory[request.region] = json.dumps(settings)
            settings = {}
        return respond(settings)

    return handle
