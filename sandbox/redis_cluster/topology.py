"""Which nodes make up a cluster, what they are called and where they listen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

# A node's cluster bus listens this far above its port
# (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/).
BUS_PORT_OFFSET = 10000


class Node(BaseModel):
    """One redis-server, named as ElastiCache names a cache cluster: `<replication group>-0001-001`."""

    model_config = ConfigDict(frozen=True)

    name: str
    shard: str
    address: str


class Shard(BaseModel):
    """Nodes that serve the same slots; the first is the primary at the start."""

    model_config = ConfigDict(frozen=True)

    id: str
    nodes: tuple[Node, ...]


class Topology(BaseModel):
    """A cluster and its configuration endpoint; who is primary and who serves which slots, its nodes know."""

    model_config = ConfigDict(frozen=True)

    name: str
    port: int
    endpoint: str
    shards: tuple[Shard, ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, shard by shard."""
        return tuple(node for shard in self.shards for node in shard.nodes)

    def shard_of(self, node: Node) -> Shard:
        """Return the shard that a node belongs to."""
        return next(shard for shard in self.shards if node in shard.nodes)

    def shard(self, shard_id: str) -> Shard | None:
        """Return the shard of that id (`"0001"`), or None."""
        return next((shard for shard in self.shards if shard.id == shard_id), None)


Members = Mapping[str, Sequence[str]]
"""Names of the nodes of each shard, by its id; the first is the primary at the start."""


def members(name: str, *, shards: int, replicas: int) -> dict[str, list[str]]:
    """Name the nodes of a cluster as ElastiCache does."""
    return {
        f"{shard:04d}": [f"{name}-{shard:04d}-{node:03d}" for node in range(1, replicas + 2)]
        for shard in range(1, shards + 1)
    }


def members_of(topology: Topology) -> dict[str, list[str]]:
    """Return the names of a cluster's nodes."""
    return {shard.id: [node.name for node in shard.nodes] for shard in topology.shards}


def address_count(*, shards: int, replicas: int) -> int:
    """How many addresses a cluster needs: one for each node and one for its configuration endpoint."""
    return shards * (1 + replicas) + 1


def plan(*, name: str, shards: int, replicas: int, addresses: Sequence[str], port: int) -> Topology:
    """Lay a cluster out over `addresses`, the last for its endpoint."""
    *of_nodes, endpoint = addresses
    nothing = Topology(name=name, port=port, endpoint=endpoint, shards=())
    return reshaped(nothing, members(name, shards=shards, replicas=replicas), addresses=of_nodes)


def reshaped(topology: Topology, wanted: Members, *, addresses: Sequence[str]) -> Topology:
    """Return a cluster of the `wanted` nodes: those that are there stay where they are, others get `addresses`."""
    known = {node.name: node for node in topology.nodes}
    unused = iter(addresses)
    return topology.model_copy(
        update={
            "shards": tuple(
                Shard(
                    id=shard,
                    nodes=tuple(
                        known.get(name) or Node(name=name, shard=shard, address=next(unused)) for name in names
                    ),
                )
                for shard, names in sorted(wanted.items())
            )
        }
    )
