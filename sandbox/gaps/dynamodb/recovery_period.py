"""DynamoDB: point-in-time recovery has a period in days."""

from __future__ import annotations

import json

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import amend, refuse
from sandbox.wire import OK, Gap, Handler, Request, Response

_DEFAULT_DAYS = (
    35  # https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
)
_DAYS = range(1, 36)


def remembering(memory: Memory) -> Gap:
    """Return a handler that takes the period with UpdateContinuousBackups and tells it while recovery is on."""

    async def handle(request: Request, emulator: Handler) -> Response:
        if request.action not in ("UpdateContinuousBackups", "DescribeContinuousBackups"):
            return await emulator(request)
        given = json.loads(request.body)
        days = given.get("PointInTimeRecoverySpecification", {}).get("RecoveryPeriodInDays", _DEFAULT_DAYS)
        if days not in _DAYS:
            return refuse(
                "com.amazon.coral.validate#ValidationException",
                f"RecoveryPeriodInDays is {days}; allowed: {_DAYS.start} to {_DAYS.stop - 1}.",
            )
        status, headers, body = await emulator(request)
        if status != OK:
            return status, headers, body
        # A table may be named by its ARN.
        table = f"{request.region}/{given['TableName'].rpartition('/')[2]}"
        if request.action == "UpdateContinuousBackups":
            memory[table] = str(days)
        answer = json.loads(body)
        recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
            recovery["RecoveryPeriodInDays"] = int(memory.get(table, _DEFAULT_DAYS))
        return amend(headers, answer)

    return handle
