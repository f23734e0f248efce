"""KMS: the AWS-managed keys behind `alias/aws/<service>` exist on first use."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sandbox.json_protocol import amend
from sandbox.wire import OK, Handler, Request, Response

_PREFIX = "alias/aws/"
_SERVICES = ("backup", "dynamodb", "elasticache", "kinesis", "s3", "secretsmanager", "sns", "sqs", "ssm")
_TARGET = "TrentService."
_DESCRIPTION = "Default key that protects my {} data when no other key is defined"


async def handle(request: Request, emulator: Handler) -> Response:
    """Create the managed keys that a request names or lists, and say whose they are."""
    given: dict[str, Any] = json.loads(request.body or b"{}")
    named = str(given.get("KeyId", "")).rpartition(":")[2]
    if request.action == "ListAliases":
        await _ensure(_SERVICES, request, emulator)
    elif named.startswith(_PREFIX):
        await _ensure((named.removeprefix(_PREFIX),), request, emulator)
    status, headers, body = await emulator(request)
    if request.action == "DescribeKey" and status == OK:
        answer = json.loads(body)
        if answer["KeyMetadata"]["Description"].startswith(_DESCRIPTION.partition("{}")[0]):
            answer["KeyMetadata"]["KeyManager"] = "AWS"
            return amend(headers, answer)
    return status, headers, body


async def _ensure(services: tuple[str, ...], request: Request, emulator: Handler) -> None:
    _, _, body = await emulator(_call(request, "ListAliases", {}))
    existing = {alias["AliasName"] for alias in json.loads(body)["Aliases"]}
    for service in services:
        if _PREFIX + service not in existing:
            _, _, body = await emulator(_call(request, "CreateKey", {"Description": _DESCRIPTION.format(service)}))
            key_id = json.loads(body)["KeyMetadata"]["KeyId"]
            await emulator(_call(request, "EnableKeyRotation", {"KeyId": key_id}))
            await emulator(_call(request, "CreateAlias", {"AliasName": _PREFIX + service, "TargetKeyId": key_id}))


def _call(request: Request, action: str, parameters: dict[str, str]) -> Request:
    headers = {**request.headers, "x-amz-target": _TARGET + action}
    return replace(request, headers=headers, body=json.dumps(parameters).encode())
