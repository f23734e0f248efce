"""DynamoDB: a table and its indexes have the units of its own billing mode only, capped as UpdateTable said last."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import amend
from sandbox.wire import OK, Gap, Handler, Request, Response

_CAPS = "OnDemandThroughput"
_NO_CAP = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}
_NO_UNITS = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


def remembering(memory: Memory) -> Gap:
    """Return a handler that takes an index's caps with UpdateTable, and tells no units of the other billing mode.

    Caps end where a table becomes provisioned; they do not come back with the way back.
    """

    async def handle(request: Request, emulator: Handler) -> Response:
        status, headers, body = await emulator(request)
        if request.action not in ("UpdateTable", "DescribeTable") or status != OK:
            return status, headers, body
        answer = json.loads(body)
        description = answer.get("Table") or answer["TableDescription"]
        is_on_demand = description.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
        parts = {
            description["TableId"]: description,
            **{_key(description, index): index for index in description.get("GlobalSecondaryIndexes", [])},
        }
        if request.action == "UpdateTable":
            memory.update(_told(description, json.loads(request.body)) if is_on_demand else dict.fromkeys(parts, "{}"))
        for key, part in parts.items():
            _correct(part, memory.get(key), is_on_demand=is_on_demand)
        return amend(headers, answer)

    return handle


def _key(description: dict[str, Any], index: dict[str, Any]) -> str:
    return f"{description['TableId']}/{index['IndexName']}"


def _told(description: dict[str, Any], given: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """What a request says of caps, by the part that they are of."""
    if _CAPS in given:
        yield description["TableId"], json.dumps(given[_CAPS])
    for update in given.get("GlobalSecondaryIndexUpdates", []):
        for action, index in update.items():
            if action == "Create" or _CAPS in index:
                yield _key(description, index), json.dumps(index.get(_CAPS, {}))


def _correct(part: dict[str, Any], caps: str | None, *, is_on_demand: bool) -> None:
    created_with = part.pop(_CAPS, {})
    if not is_on_demand:
        return
    part["ProvisionedThroughput"] = {**part.get("ProvisionedThroughput", {}), **_NO_UNITS}
    if told := created_with if caps is None else json.loads(caps):
        part[_CAPS] = _NO_CAP | told
