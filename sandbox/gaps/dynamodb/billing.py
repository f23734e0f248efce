"""DynamoDB: a table has the units of its own billing mode only, also after it has changed from the other one."""

from __future__ import annotations

import json
from typing import Any

from sandbox.json_protocol import amend
from sandbox.wire import OK, Handler, Request, Response

_NO_UNITS = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}


async def handle(request: Request, emulator: Handler) -> Response:
    """Leave out of a table's description what belongs to the billing mode that it had before."""
    status, headers, body = await emulator(request)
    if request.action not in ("UpdateTable", "DescribeTable") or status != OK:
        return status, headers, body
    answer = json.loads(body)
    description = answer.get("Table") or answer["TableDescription"]
    is_on_demand = description.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
    for part in (description, *description.get("GlobalSecondaryIndexes", [])):
        _correct(part, is_on_demand=is_on_demand)
    return amend(headers, answer)


def _correct(part: dict[str, Any], *, is_on_demand: bool) -> None:
    if is_on_demand:
        part["ProvisionedThroughput"] = {**part.get("ProvisionedThroughput", {}), **_NO_UNITS}
    else:
        part.pop("OnDemandThroughput", None)
