"""Keeps the emulator's state on disk, so that a killed gateway loses nothing that was answered.

The emulator saves by itself only when it shuts down. Here a change is on disk before it is answered; changes of data,
which are many, and changes to a service whose state has grown large, follow within a moment. Nothing is changed while
the disk is full: the emulator would log that it cannot save, and go on.
"""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from pathlib import Path

from sandbox.emulator import Emulator
from sandbox.wire import Gap, Handler, Request, Response

_READS = (
    "BatchGet", "Decrypt", "Describe", "Encrypt", "Filter", "GenerateDataKey", "GenerateMac", "GenerateRandom",
    "Get", "HEAD", "List", "Lookup", "Query", "Receive", "Scan", "Search", "Select", "Sign", "Simulate",
    "TransactGet", "Verify",
)  # fmt: skip
_DATA_CHANGES = frozenset({
    "BatchExecuteStatement", "BatchWriteItem", "DeleteItem", "ExecuteStatement", "ExecuteTransaction", "PutItem",
    "PutLogEvents", "PutMetricData", "TransactWriteItems", "UpdateItem", "SendMessage", "SendMessageBatch",
})  # fmt: skip
# Writing a state that takes longer than this would be felt in every answer.
_QUICK = 0.02  # seconds
_PAUSE = 0.5  # seconds
# The least part of the time that is left for answering.
_BUSY_SHARE = 20
# Room for the states of all services, each written beside the one that it replaces.
_LEAST_FREE_BYTES = 16 * 1024 * 1024


class Keeper:
    """Writes what has changed."""

    def __init__(self, emulator: Emulator, folder: Path) -> None:
        """Keep the state of the emulator, which lies below `folder`."""
        self._emulator = emulator
        self._folder = folder
        self._cost: dict[str, float] = {}
        self._changed: set[str] = set()

    def watch(self, service: str) -> Gap:
        """Return a handler in front of a service that keeps what the service changes.

        It raises OSError for a change while the disk is full.
        """

        async def keep_changes(request: Request, emulator: Handler) -> Response:
            if is_read(request):
                return await emulator(request)
            self._require_space()
            response = await emulator(request)
            if request.action in _DATA_CHANGES or self._cost.get(service, 0) > _QUICK:
                self._changed.add(service)
            else:
                self._keep(service)
            return response

        return keep_changes

    async def run(self) -> None:
        """Write what has changed, again and again."""
        while True:
            spent = sum(self._keep(service) for service in sorted(self._changed))
            await asyncio.sleep(max(_PAUSE, spent * _BUSY_SHARE))

    def _require_space(self) -> None:
        if shutil.disk_usage(self._folder).free < _LEAST_FREE_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder))

    def _keep(self, service: str) -> float:
        self._changed.discard(service)
        self._cost[service] = self._emulator.keep(service)
        return self._cost[service]


def is_read(request: Request) -> bool:
    """Whether a request changes nothing."""
    return request.action.startswith((*_READS, "GET"))
