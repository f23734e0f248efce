"""AWS Backup: a vault's access policy, lock and notifications."""

from __future__ import annotations

import json
import math
import re
import time
from typing import Final

from sandbox.gaps.memory import Memory
from sandbox.json_protocol import refuse, respond
from sandbox.wire import OK, Gap, Handler, Request, Response

_VAULT = re.compile(r"/backup-vaults/([^/]+)(?:/(access-policy|vault-lock|notification-configuration))?/?")
_LEAST_GRACE: Final = 3
"""Days (API reference: PutBackupVaultLockConfiguration)."""
_LONGEST_RETENTION: Final = 36_500
_DAY: Final = 86_400


def remembering(memory: Memory) -> Gap:
    """Return a handler that keeps what belongs to a vault and forgets it with the vault."""

    async def handle(request: Request, emulator: Handler) -> Response:
        found = _VAULT.fullmatch(request.path)
        if found is None:
            return await emulator(request)
        vault, part = f"{request.region}/{found[1]}#", found[2]
        if part is None:
            return await _whole(request, emulator, memory, vault)
        if request.method == "GET" and vault + part not in memory:
            return await emulator(request)
        if part == "vault-lock":
            return _lock(request, memory, vault + part)
        if request.method == "PUT":
            memory[vault + part] = request.body.decode()
        elif request.method == "DELETE":
            memory.pop(vault + part, None)
        else:
            arn = f"arn:aws:backup:{request.region}:{request.account}:backup-vault:{found[1]}"
            kept = json.loads(memory[vault + part])
            return respond({"BackupVaultName": found[1], "BackupVaultArn": arn, **kept})
        return respond({})

    return handle


async def _whole(request: Request, emulator: Handler, memory: Memory, vault: str) -> Response:
    """A request about the vault itself, which tells of its lock."""
    status, headers, body = await emulator(request)
    if status != OK:
        return status, headers, body
    if request.method == "DELETE":
        for key in [key for key in memory if key.startswith(vault)]:
            del memory[key]
    elif request.method == "GET":
        lock = json.loads(memory.get(f"{vault}vault-lock", "{}"))
        return respond({**json.loads(body), "Locked": bool(lock), **lock})
    return status, headers, body


def _lock(request: Request, memory: Memory, key: str) -> Response:
    lock = json.loads(memory.get(key, "{}"))
    if lock.get("LockDate", math.inf) < time.time():
        return refuse("InvalidRequestException", "The vault lock is immutable: its lock date has passed.")
    if request.method == "DELETE":
        memory.pop(key, None)
        return respond({})
    given: dict[str, int] = json.loads(request.body)
    least, most = given.get("MinRetentionDays", 1), given.get("MaxRetentionDays", _LONGEST_RETENTION)
    grace = given.pop("ChangeableForDays", None)
    if not 1 <= least <= most <= _LONGEST_RETENTION or (grace is not None and grace < _LEAST_GRACE):
        return refuse("InvalidParameterValueException", f"No vault can be locked like that: {request.body.decode()}")
    date = {} if grace is None else {"LockDate": int(time.time()) + grace * _DAY}
    # A lock that sets no limits is a lock.
    memory[key] = json.dumps({"MinRetentionDays": least, **given, **date})
    return respond({})
