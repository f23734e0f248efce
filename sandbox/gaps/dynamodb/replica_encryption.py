"""DynamoDB: the copy of a table in another region is encrypted with a key of its own."""

from __future__ import annotations

import json
from typing import Any

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import amend
from sandbox.wire import OK, Gap, Handler, Request, Response


def remembering(memory: Memory) -> Gap:
    """Return a handler that takes a replica's key with UpdateTable, and tells it in both regions."""

    async def handle(request: Request, emulator: Handler) -> Response:
        if request.action not in ("UpdateTable", "DescribeTable"):
            return await emulator(request)
        given = json.loads(request.body)
        status, headers, body = await emulator(request)
        if status != OK:
            return status, headers, body
        answer = json.loads(body)
        description = answer.get("Table") or answer["TableDescription"]
        _remember(memory, description["TableName"], given.get("ReplicaUpdates", []))
        _tell(memory, description, region=request.region)
        return amend(headers, answer)

    return handle


def _remember(memory: Memory, table: str, updates: list[dict[str, Any]]) -> None:
    for update in updates:
        for action, replica in update.items():
            key = f"{replica['RegionName']}/{table}"
            if action == "Delete":
                memory.pop(key, None)
            elif "KMSMasterKeyId" in replica:
                memory[key] = replica["KMSMasterKeyId"]


def _tell(memory: Memory, description: dict[str, Any], *, region: str) -> None:
    table = description["TableName"]
    if own := memory.get(f"{region}/{table}"):
        description["SSEDescription"] = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": own}
    for replica in description.get("Replicas", []):
        if key := memory.get(f"{replica['RegionName']}/{table}"):
            replica["KMSMasterKeyId"] = key
