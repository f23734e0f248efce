"""Slots move between running shards, keys and all, while clients go on: they are sent on by MOVED and ASK.

The protocol: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#live-resharding
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import redis

from sandbox.errors import SandboxError
from sandbox.redis_cluster.cluster import Primary, RedisCluster
from sandbox.redis_cluster.node import OPERATOR, Server
from sandbox.redis_cluster.slots import Move, moves
from sandbox.redis_cluster.view import look

_LOG = logging.getLogger(__name__)
# Slots that are open at the same time: many, since most hold no key and each step is one round trip for all.
_AT_ONCE = 128
_KEYS_AT_ONCE = 100
_MIGRATE_MS = 5000
_PATIENCE = 60.0  # seconds without progress, as while a primary that failed is replaced
_POLL = 0.1  # seconds


def rebalance(cluster: RedisCluster, shards: Sequence[str]) -> None:
    """Let `shards`, and no others, serve all slots evenly.

    What an earlier run left half done is finished first. A node that fails meanwhile is waited for. Raises SandboxError
    where nothing moves any more.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            _finish_open_slots(cluster)
            owned = {shard: _slots(primary) for shard, primary in _primaries(cluster).items()}
            for move in moves(owned, shards):
                _carry_out(cluster, move)
                deadline = time.monotonic() + _PATIENCE
        except (redis.RedisError, _NoPrimaryError) as error:
            _LOG.info("resharding %s goes on after: %s", cluster.topology.name, error)
            if time.monotonic() > deadline:
                raise SandboxError(f"No slot of {cluster.topology.name} moves any more: {error}") from error
            time.sleep(_POLL)
        else:
            return


class _NoPrimaryError(Exception):
    """A shard has no primary now."""


def _finish_open_slots(cluster: RedisCluster) -> None:
    """Complete what was begun, in the same direction: some keys of an open slot may have moved already."""
    primaries = _primaries(cluster)
    shards = {node.address: node.shard for node in cluster.topology.nodes}
    begun: dict[tuple[str, str], set[int]] = {}
    for shard, primary in primaries.items():
        server = cluster.server(primary.node)
        addresses = {seen.id: seen.address for seen in look(server)}
        for each in primary.seen.open_slots:
            target = shard if each.state == "importing" else shards.get(addresses.get(each.other, ""))
            owner = next((one for one, other in primaries.items() if each.slot in _slots(other)), None)
            if target is None or owner is None or owner == target:
                server.command("CLUSTER SETSLOT", each.slot, "STABLE")
            else:
                begun.setdefault((owner, target), set()).add(each.slot)
    for (owner, target), slots in begun.items():
        _carry_out(cluster, Move(owner, target, tuple(sorted(slots))))


def _carry_out(cluster: RedisCluster, move: Move) -> None:
    primaries = _primaries(cluster)
    source, target = primaries[move.source], primaries[move.target]
    receiver = cluster.server(target.node)
    with cluster.server(source.node).connect(decode=False) as giving, receiver.connect() as receiving:
        for first in range(0, len(move.slots), _AT_ONCE):
            slots = move.slots[first : first + _AT_ONCE]
            _pipelined(receiving, [("CLUSTER SETSLOT", slot, "IMPORTING", source.seen.id) for slot in slots])
            _pipelined(giving, [("CLUSTER SETSLOT", slot, "MIGRATING", target.seen.id) for slot in slots])
            _move_keys(giving, slots, receiver)
            # The receiver first: should this end between the two, each slot has an owner that holds its keys.
            for client in (receiving, giving):
                _pipelined(client, [("CLUSTER SETSLOT", slot, "NODE", target.seen.id) for slot in slots])


def _move_keys(giving: redis.Redis, slots: Sequence[int], receiver: Server) -> None:
    where = (receiver.node.address, receiver.port, "", 0, _MIGRATE_MS)
    # A copy at the receiver is what an interrupted attempt left: clients ask the giver while it has the key.
    how = ("REPLACE", "AUTH2", OPERATOR, receiver.operator_password)
    filled = slots
    while filled:
        keys = _pipelined(giving, [("CLUSTER GETKEYSINSLOT", slot, _KEYS_AT_ONCE) for slot in filled])
        _pipelined(giving, [("MIGRATE", *where, *how, "KEYS", *some) for some in keys if some])
        filled = [slot for slot, some in zip(filled, keys, strict=True) if some]


def _pipelined(client: Any, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
    with client.pipeline(transaction=False) as pipeline:
        for command in commands:
            pipeline.execute_command(*command)
        answers: list[Any] = pipeline.execute()
    return answers


def _primaries(cluster: RedisCluster) -> dict[str, Primary]:
    primaries = cluster.primaries()
    if missing := [shard.id for shard in cluster.topology.shards if shard.id not in primaries]:
        raise _NoPrimaryError(f"shard {', '.join(missing)} has no primary now")
    return primaries


def _slots(primary: Primary) -> set[int]:
    return {slot for first, last in primary.seen.slots for slot in range(first, last + 1)}
