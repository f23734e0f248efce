"""DynamoDB: a restore to a point in time gives the items of that time, encrypted as asked for.

The emulator copies the items of now. What changed since is read from the table's stream and taken back.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Final

from sandbox.json_protocol import refuse, respond
from sandbox.wire import OK, Gap, Handler, Request, Response

_STREAM_SECONDS: Final = 86_400
"""How long the emulator keeps a change, as AWS does."""

Item = dict[str, Any]


def taking_back(streams: Handler) -> Gap:
    """Return a handler that takes changes back after a restore; `streams` answers for DynamoDB Streams."""
    began = time.time()

    async def handle(request: Request, emulator: Handler) -> Response:
        if request.action != "RestoreTableToPointInTime":
            return await emulator(request)
        given = json.loads(request.body)
        source = given.get("SourceTableName") or given["SourceTableArn"].rpartition("/")[2]
        if refusal := await _refusal(request, emulator, source, given.get("RestoreDateTime"), began):
            return refusal
        status, headers, body = await emulator(request)
        if status != OK:
            return status, headers, body
        target = given["TargetTableName"]
        if at := given.get("RestoreDateTime"):
            stream = (await _table(request, emulator, source))["LatestStreamArn"]
            async for key, then in _changed_since(request, streams, stream, at):
                change = {"Item": then} if then else {"Key": key}
                await _call(request, emulator, "PutItem" if then else "DeleteItem", {"TableName": target, **change})
        if encryption := given.get("SSESpecificationOverride"):
            await _call(request, emulator, "UpdateTable", {"TableName": target, "SSESpecification": encryption})
        restored = await _table(request, emulator, target)
        return respond({"TableDescription": restored})

    return handle


async def _refusal(request: Request, emulator: Handler, source: str, at: float | None, began: float) -> Response | None:
    """Why this restore cannot be made; None where it can."""
    backups = await _call(request, emulator, "DescribeContinuousBackups", {"TableName": source})
    recovery = backups.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus", "ENABLED") != "ENABLED":
        return _refuse("PointInTimeRecoveryUnavailableException", f"Point in time recovery is not enabled for {source}")
    if at is None or not backups:
        return None
    since = max(began, time.time() - _STREAM_SECONDS)
    if not since <= at <= time.time():
        message = f"RestoreDateTime {at:.0f} is out of range: the sandbox knows the changes since {since:.0f}"
        return _refuse("InvalidRestoreTimeException", message)
    stream = (await _table(request, emulator, source)).get("StreamSpecification", {})
    if stream.get("StreamViewType") != "NEW_AND_OLD_IMAGES":
        message = f"The sandbox restores a table to a time by its stream of both images, and {source} has none"
        return _refuse("InvalidRestoreTimeException", message)
    return None


async def _changed_since(
    request: Request, streams: Handler, stream: str, at: float
) -> AsyncIterator[tuple[Item, Item | None]]:
    """Each key that changed since, and its item before the first of these changes; None where there was none."""
    described = await _call(request, streams, "DescribeStream", {"StreamArn": stream}, streams=True)
    seen: set[str] = set()
    for shard in described["StreamDescription"]["Shards"]:
        where = {"StreamArn": stream, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = (await _call(request, streams, "GetShardIterator", where, streams=True))["ShardIterator"]
        while iterator:
            page = await _call(request, streams, "GetRecords", {"ShardIterator": iterator}, streams=True)
            for record in (each["dynamodb"] for each in page["Records"]):
                name = json.dumps(record["Keys"], sort_keys=True)
                # The emulator notes whole seconds.
                if record["ApproximateCreationDateTime"] >= int(at) and name not in seen:
                    seen.add(name)
                    yield record["Keys"], record.get("OldImage")
            iterator = page.get("NextShardIterator") if page["Records"] else None


async def _table(request: Request, emulator: Handler, name: str) -> dict[str, Any]:
    table: dict[str, Any] = (await _call(request, emulator, "DescribeTable", {"TableName": name}))["Table"]
    return table


async def _call(
    request: Request, handler: Handler, action: str, body: dict[str, Any], *, streams: bool = False
) -> dict[str, Any]:
    """The answer to another request in the name of whoever sent this one; empty where it is refused."""
    api = "DynamoDBStreams_20120810" if streams else "DynamoDB_20120810"
    headers = {**request.headers, "x-amz-target": f"{api}.{action}"}
    status, _, answer = await handler(replace(request, headers=headers, body=json.dumps(body).encode()))
    found: dict[str, Any] = json.loads(answer) if status == OK else {}
    return found


def _refuse(code: str, message: str) -> Response:
    return refuse(f"com.amazonaws.dynamodb.v20120810#{code}", message)
