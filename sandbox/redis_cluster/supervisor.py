"""Replaces nodes that die, as ElastiCache does: a replica takes over, then the dead node comes back as a replica."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

import redis

from sandbox.redis_cluster.cluster import RedisCluster, is_in_sync, replication_offset, was_in_sync
from sandbox.redis_cluster.configuration import NODE_TIMEOUT_MS
from sandbox.redis_cluster.node import Server
from sandbox.redis_cluster.topology import Node

_LOG = logging.getLogger(__name__)
_WATCH_SECONDS = 0.2
_POLL = 0.05  # seconds
# An election takes NODE_TIMEOUT and at most two attempts of twice that each; then waiting longer helps nobody.
_ELECTION_SECONDS = 10.0
_TAKEOVER_SECONDS = 10.0
_RECOVERY_SECONDS = 30.0
# The fewest primaries of which a majority survives the loss of one; smaller clusters cannot elect by themselves.
_SELF_ELECTING_SHARDS = 3


class Observer(Protocol):
    """Is told what happens to nodes, from the supervisor's threads."""

    def failed_over(self, old_primary: Node, new_primary: Node) -> None:
        """A replica has taken its primary's place."""

    def recovering(self, node: Node) -> None:
        """A dead node is being restarted."""

    def recovered(self, node: Node) -> None:
        """A restarted node is back and in sync."""


class Supervisor:
    """Watches the processes of one cluster."""

    def __init__(self, cluster: RedisCluster, observer: Observer) -> None:
        self._cluster = cluster
        self._observer = observer
        self._ended = threading.Event()
        self._recoveries: dict[Node, threading.Thread] = {}
        self._watcher = threading.Thread(target=self._watch, name=f"watch-{cluster.topology.name}", daemon=True)
        self._watcher.start()

    def end(self) -> None:
        """Stop watching; when this returns, no node is restarted any more."""
        self._ended.set()
        self._watcher.join()
        for recovery in self._recoveries.values():
            recovery.join()

    def _watch(self) -> None:
        while not self._ended.wait(_WATCH_SECONDS):
            for server in self._cluster.servers:
                server.bound_log()
                if server.process is None and self._is_ours(server) and not self._is_recovering(server.node):
                    recovery = threading.Thread(
                        target=self._recover, args=(server.node,), name=f"recover-{server.node.name}", daemon=True
                    )
                    self._recoveries[server.node] = recovery
                    recovery.start()

    def _is_ours(self, server: Server) -> bool:
        # Asked after the process was found ended: a node leaves the topology before it is stopped. Whose folder was
        # deleted has nothing to come back to.
        return server.node in self._cluster.topology.nodes and server.folder.exists()

    def _is_recovering(self, node: Node) -> bool:
        recovery = self._recoveries.get(node)
        return recovery is not None and recovery.is_alive()

    def _recover(self, node: Node) -> None:
        successor = self._successor(node) if self._cluster.owns_slots(node) else None
        if successor is not None:
            self._observer.failed_over(node, successor)
        if self._ended.is_set():
            return
        self._observer.recovering(node)
        server = self._cluster.server(node)
        server.start()
        while not self._wait(lambda: is_in_sync(server), _RECOVERY_SECONDS):
            _LOG.error("%s is not back in sync; see %s", node.name, server.folder)
            if self._ended.is_set() or server.process is None:
                return
        self._observer.recovered(node)

    def _successor(self, node: Node) -> Node | None:
        """Return the replica that has taken a dead primary's place for good, or None where there is none to do so."""
        shard = self._cluster.topology.shard_of(node)
        survivors = [
            other for other in shard.nodes if other != node and self._cluster.server(other).process is not None
        ]
        if not survivors:
            return None

        def is_succeeded() -> bool:
            return self._cluster.primary(shard) in survivors

        def is_ordered() -> bool:
            heirs = [server for server in map(self._cluster.server, survivors) if was_in_sync(server)]
            if heirs and not is_succeeded():
                max(heirs, key=replication_offset).command("CLUSTER FAILOVER", "TAKEOVER")
            return is_succeeded() or not heirs

        if len(self._cluster.topology.shards) < _SELF_ELECTING_SHARDS:
            self._ended.wait(NODE_TIMEOUT_MS / 1000)
        else:
            self._wait(is_succeeded, _ELECTION_SECONDS)
        # An election may fail on a busy machine. Who was never in sync must not replace a primary that has the data.
        self._wait(is_ordered, _TAKEOVER_SECONDS)
        successor = self._cluster.primary(shard)
        if successor is not None:
            # Where two failovers are seconds apart, the winner of the first may win again with its old votes and epoch
            # (redis 7.0, clusterHandleSlaveFailover), and the dead node would come back as the primary.
            server = self._cluster.server(successor)
            self._wait(lambda: bool(server.command("CLUSTER BUMPEPOCH")), _TAKEOVER_SECONDS)
        return successor

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if condition():
                    return True
            except redis.RedisError as error:
                _LOG.debug("%s: %s", self._cluster.topology.name, error)
            if self._ended.wait(_POLL):
                return False
        return False
