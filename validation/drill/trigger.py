"""Ways to make a primary fail: ElastiCache's own test, or a fault of the sandbox."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from environments.target import SandboxConnection
from validation.clients import Clients
from validation.drill import events
from validation.errors import CouldNotRun

if TYPE_CHECKING:
    from collections.abc import Mapping

DAILY_QUOTA: Final = 15
"""Shards that TestFailover may fail over in a rolling 24 hours (ElastiCache API reference, TestFailover)."""
FAULT_SECONDS: Final = 30.0
"""Patience with the sandbox while it prepares a fault."""


class Trigger(StrEnum):
    """How the primary is made to fail."""

    API = "api"
    """ElastiCache's TestFailover."""
    GRACEFUL = "graceful"
    """The primary hands over in order."""
    KILL = "kill"
    """The primary's process is killed."""
    KILL_LAGGING = "kill-lagging"
    """The primary is killed shortly after its replicas were cut off."""


SANDBOX_ONLY: Final = frozenset({Trigger.GRACEFUL, Trigger.KILL, Trigger.KILL_LAGGING})


def require_usable(trigger: Trigger, clients: Clients, *, now: datetime) -> None:
    """Raise `CouldNotRun` where this trigger is not to be had here, or its quota is used up."""
    if trigger in SANDBOX_ONLY:
        if clients.sandbox is None:
            raise CouldNotRun(f"--trigger {trigger} works on the sandbox only; on AWS there is: api")
        return
    if clients.sandbox is None:
        # The sandbox has a quota of its own, and answers with AWS's error when it is used up.
        used = events.failovers_between(clients, now - timedelta(days=1), now)
        if used >= DAILY_QUOTA:
            raise CouldNotRun(
                f"{used} shards were failed over in the last 24 hours, and AWS allows {DAILY_QUOTA}: try again tomorrow"
            )


def pull(trigger: Trigger, clients: Clients, *, replication_group: str, shard: str) -> None:
    """Make the primary fail; raises `CouldNotRun` where that is refused."""
    if trigger is Trigger.API:
        try:
            clients.elasticache.test_failover(ReplicationGroupId=replication_group, NodeGroupId=shard)
        except ClientError as error:
            raise CouldNotRun(f"ElastiCache refused the failover: {error}") from error
    elif clients.sandbox is not None:
        fault = {"replication_group": replication_group, "shard": shard, "fault": trigger.value}
        _put_fault(clients.sandbox, fault)


def _put_fault(sandbox: SandboxConnection, fault: Mapping[str, str]) -> None:
    request = urllib.request.Request(  # noqa: S310 - the sandbox's own address, always https
        f"{sandbox.endpoint}/_sandbox/faults",
        data=json.dumps(fault).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    context = ssl.create_default_context(cafile=sandbox.ca_file)
    try:
        with urllib.request.urlopen(request, timeout=FAULT_SECONDS, context=context):  # noqa: S310 - as above
            return
    except urllib.error.HTTPError as error:
        raise CouldNotRun(f"the sandbox refused the fault: {error.read().decode(errors='replace')}") from error
