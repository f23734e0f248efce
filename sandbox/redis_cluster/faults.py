"""Faults put into one shard on purpose, for drills: what really happens to a primary and its replicas."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import redis

from sandbox.errors import SandboxError
from sandbox.redis_cluster.cluster import RedisCluster, is_in_sync, replication_offset, sees_slots
from sandbox.redis_cluster.node import Server
from sandbox.redis_cluster.topology import Node, Shard

# Between cutting the links and the kill: long enough that the replicas miss acknowledged writes, as a rule.
_LAG_SECONDS = 0.3
_LONGEST_LAG_SECONDS = 5.0
_PROMOTION_SECONDS = 20.0
# So long a replica tries to take over in order (redis 7.0, CLUSTER_MF_TIMEOUT).
_ORDER_SECONDS = 5.0
_POLL = 0.02  # seconds
_WRONG_PASSWORD = "link cut on purpose"  # noqa: S105 (it opens nothing; that is its use)


class Fault(StrEnum):
    """What can be done to a shard."""

    GRACEFUL = "graceful"
    KILL = "kill"
    KILL_LAGGING = "kill-lagging"
    CUT_REPLICA = "cut-replica"
    HANG = "hang"


DESCRIPTIONS = {
    Fault.GRACEFUL: "an in-sync replica takes over in order (CLUSTER FAILOVER)",
    Fault.KILL: "the primary is killed (SIGKILL)",
    Fault.KILL_LAGGING: f"the replicas' links are cut, {_LAG_SECONDS} s and a write later the primary is killed",
    Fault.CUT_REPLICA: "the replicas' links are cut for --seconds, the primary goes on",
    Fault.HANG: "the primary is stopped (SIGSTOP) for --seconds, then goes on (SIGCONT)",
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was done: to which primary, and which node took over if that is known already."""

    fault: Fault
    shard: str
    primary: str
    new_primary: str | None


def inject(cluster: RedisCluster, *, shard_id: str, fault: Fault, seconds: float) -> Report:
    """Put a fault into a shard and report it; raise SandboxError where the shard is not fit for it.

    Cutting and hanging end by themselves after `seconds`; this returns when they have begun.
    """
    shard = cluster.topology.shard(shard_id)
    if shard is None:
        allowed = ", ".join(shard.id for shard in cluster.topology.shards)
        raise SandboxError(f"{cluster.topology.name} has no shard {shard_id!r}; allowed: {allowed}.")
    primary = cluster.primary(shard)
    if primary is None:
        raise SandboxError(f"Shard {shard_id} of {cluster.topology.name} has no primary now; try again when it has.")
    server = cluster.server(primary)
    replicas = [cluster.server(node) for node in shard.nodes if node != primary]
    new_primary = None
    if fault is Fault.GRACEFUL:
        new_primary = _fail_over(cluster, shard, replicas)
    elif fault is Fault.KILL:
        _signal(server, signal.SIGKILL)
    elif fault is Fault.KILL_LAGGING:
        _cut_links(replicas)
        _let_lag(server)
        _signal(server, signal.SIGKILL)
        _mend_links(replicas)
    elif fault is Fault.CUT_REPLICA:
        _cut_links(replicas)
        _later(seconds, lambda: _mend_links(replicas))
    else:
        _signal(server, signal.SIGSTOP)
        _later(seconds, lambda: _signal(server, signal.SIGCONT))
    return Report(fault=fault, shard=shard_id, primary=primary.name, new_primary=new_primary)


def _later(seconds: float, action: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, action)
    # A gateway that stops meanwhile ends the nodes anyway; it need not wait.
    timer.daemon = True
    timer.start()


def _fail_over(cluster: RedisCluster, shard: Shard, replicas: list[Server]) -> str:
    successor = next((replica for replica in replicas if replica.process is not None and is_in_sync(replica)), None)
    if successor is None:
        raise SandboxError(f"Shard {shard.id} of {cluster.topology.name} has no replica in sync to take over.")
    deadline, orders_until = time.monotonic() + _PROMOTION_SECONDS, 0.0
    while not _is_promoted(cluster, shard, successor.node):
        if time.monotonic() > deadline:
            raise SandboxError(f"{successor.node.name} did not take over within {_PROMOTION_SECONDS:.0f} s.")
        # The other primaries refuse to vote twice for one shard within twice NODE_TIMEOUT.
        if time.monotonic() > orders_until:
            _order(cluster, shard, successor)
            orders_until = time.monotonic() + _ORDER_SECONDS
        time.sleep(_POLL)
    return successor.node.name


def _order(cluster: RedisCluster, shard: Shard, successor: Server) -> None:
    try:
        successor.command("CLUSTER FAILOVER")
    except redis.ResponseError:
        # A primary refuses: an earlier order may have been obeyed by now.
        if cluster.primary(shard) != successor.node:
            raise


def _is_promoted(cluster: RedisCluster, shard: Shard, successor: Node) -> bool:
    # A new primary that dies before its shard knows of it takes its promotion along.
    running = [server for node in shard.nodes if (server := cluster.server(node)).process is not None]
    try:
        return cluster.primary(shard) == successor and all(sees_slots(server, successor) for server in running)
    except redis.RedisError:
        return False


def _signal(server: Server, number: signal.Signals) -> None:
    if (process := server.process) is not None:
        process.signal(number)


def _let_lag(primary: Server) -> None:
    before, deadline = replication_offset(primary), time.monotonic() + _LONGEST_LAG_SECONDS
    time.sleep(_LAG_SECONDS)
    # On a busy machine a writer may not have had its turn.
    while replication_offset(primary) == before and time.monotonic() < deadline:
        time.sleep(_POLL)


def _cut_links(replicas: list[Server]) -> None:
    # A dropped link alone is back within milliseconds; a replica that cannot log in stays behind until it can again.
    for replica in replicas:
        replica.command("CONFIG SET", "masterauth", _WRONG_PASSWORD)
        replica.command("CLIENT KILL", "TYPE", "master")


def _mend_links(replicas: list[Server]) -> None:
    for replica in replicas:
        replica.command("CONFIG SET", "masterauth", replica.operator_password)
