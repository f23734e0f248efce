"""A running cluster gets more shards or fewer, more replicas or fewer, while clients go on."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping

from sandbox.errors import SandboxError
from sandbox.redis_cluster import addresses, cluster
from sandbox.redis_cluster.cluster import RedisCluster, is_in_sync
from sandbox.redis_cluster.node import Server
from sandbox.redis_cluster.resharding import rebalance
from sandbox.redis_cluster.topology import Members, Node, Shard, members_of, reshaped
from sandbox.redis_cluster.view import look, look_at_itself

# How long nodes without slots send clients on before they end; AWS takes minutes to end them.
_LINGER = 1.0  # seconds


def reshape(running: RedisCluster, wanted: Members, *, parameters: Mapping[str, str]) -> None:
    """Make a running cluster one of the `wanted` nodes, slots spread evenly over its shards.

    What an earlier attempt has done already is kept. Raises SandboxError where it cannot be done; what was done
    until then stays, and the cluster goes on.
    """
    _end_strangers(running)
    _add(running, wanted, parameters=parameters)
    _join(running)
    rebalance(running, sorted(wanted))
    _remove(running, wanted)
    running.wait_until_healthy()


def _end_strangers(running: RedisCluster) -> None:
    """End what is left of nodes that never joined, or have left already."""
    known = {node.name for node in running.topology.nodes}
    for folder in running.folder.iterdir():
        if folder.is_dir() and folder.name not in known:
            cluster.remove(folder)


def _add(running: RedisCluster, wanted: Members, *, parameters: Mapping[str, str]) -> None:
    before = running.topology
    there = members_of(before)
    union = {
        shard: list(dict.fromkeys([*there.get(shard, ()), *wanted.get(shard, ())])) for shard in {**there, **wanted}
    }
    count = sum(len(names) for names in union.values()) - len(before.nodes)
    if not count:
        return
    taken = {before.endpoint, *(node.address for node in before.nodes)}
    after = reshaped(before, union, addresses=addresses.find_more(taken, count=count, port=before.port))
    newcomers = [running.server(node) for node in after.nodes if node not in before.nodes]
    running.write_configuration(newcomers, parameters)
    for server in newcomers:
        running.copy_users(server)
        server.start()
    running.wait_until_answering(newcomers)
    running.adopt(after)


def _join(running: RedisCluster) -> None:
    """Make nodes that are new to the others known to them, and replicas of their shards."""
    met = {seen.address for seen in look(running.servers[0])}
    running.introduce([server for server in running.servers if server.node.address not in met])
    for shard in running.topology.shards:
        idle = [node for node in shard.nodes if _is_idle(running.server(node))]
        primary = shard.nodes[0] if len(idle) == len(shard.nodes) else _primary_of(running, shard)
        running.replicate(running.server(primary), [node for node in idle if node != primary])
    running.wait_until_healthy()


def _is_idle(server: Server) -> bool:
    """Whether a node serves nothing and follows nobody."""
    seen = look_at_itself(server)
    return seen.is_primary and not seen.slots


def _primary_of(running: RedisCluster, shard: Shard) -> Node:
    running.wait(lambda: running.primary(shard) is not None, "have a primary each")
    primary = running.primary(shard)
    if primary is None:
        raise SandboxError(f"Shard {shard.id} of {running.topology.name} has no primary now.")
    return primary


def _remove(running: RedisCluster, wanted: Members) -> None:
    after = reshaped(running.topology, wanted, addresses=())
    leaving = [running.server(node) for node in running.topology.nodes if node not in after.nodes]
    if not leaving:
        return
    for shard in after.shards:
        _hand_over(running, shard)
    staying = [running.server(node) for node in after.nodes]
    addresses_leaving = {server.node.address for server in leaving}
    running.wait(lambda: not any(_serves(server, addresses_leaving) for server in staying), "agree on who serves what")
    time.sleep(_LINGER)
    _forget(staying, addresses_leaving)
    # Before they end, so that nobody takes them for nodes that died.
    running.adopt(after)
    for server in leaving:
        cluster.remove(server.folder)


def _hand_over(running: RedisCluster, shard: Shard) -> None:
    """Let one of the nodes that stay be the primary of their shard."""
    if _primary_of(running, next(s for s in running.topology.shards if s.id == shard.id)) in shard.nodes:
        return
    successor = next((server for server in map(running.server, shard.nodes) if is_in_sync(server)), None)
    if successor is None:
        raise SandboxError(f"Shard {shard.id} of {running.topology.name} has no replica in sync to take over.")
    successor.command("CLUSTER FAILOVER")
    running.wait(lambda: running.primary(shard) is not None, "hand over")


def _serves(asked: Server, leaving: Collection[str]) -> bool:
    """Whether a node believes that one of those that leave serves slots."""
    return any(seen.slots for seen in look(asked) if seen.address in leaving)


def _forget(staying: list[Server], leaving: Collection[str]) -> None:
    for server in staying:
        for seen in look(server):
            if seen.address in leaving:
                server.command("CLUSTER FORGET", seen.id)
