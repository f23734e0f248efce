"""Which nodes make up a cluster, what they are called, where they listen and which slots they serve."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

SLOTS = 16384  # https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
# A node's cluster bus listens this far above its port (same source).
BUS_PORT_OFFSET = 10000


class Node(BaseModel):
    """One redis-server, named as ElastiCache names a cache cluster: `<replication group>-0001-001`."""

    model_config = ConfigDict(frozen=True)

    name: str
    shard: str
    address: str


class Shard(BaseModel):
    """A range of slots, both ends included, and the nodes that serve it; the first is the primary at the start."""

    model_config = ConfigDict(frozen=True)

    id: str
    first_slot: int
    last_slot: int
    nodes: tuple[Node, ...]


class Topology(BaseModel):
    """A cluster as it was asked for and its configuration endpoint; roles move later, the rest does not."""

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


def address_count(*, shards: int, replicas: int) -> int:
    """How many addresses a cluster needs: one for each node and one for its configuration endpoint."""
    return shards * (1 + replicas) + 1


def plan(*, name: str, shards: int, replicas: int, addresses: Sequence[str], port: int) -> Topology:
    """Lay a cluster out over `addresses`, the last for its endpoint; slots are spread as evenly as can be."""
    *of_nodes, endpoint = addresses
    remaining = iter(of_nodes)
    return Topology(
        name=name,
        port=port,
        endpoint=endpoint,
        shards=tuple(
            Shard(
                id=f"{number:04d}",
                first_slot=SLOTS * (number - 1) // shards,
                last_slot=SLOTS * number // shards - 1,
                nodes=tuple(
                    Node(name=f"{name}-{number:04d}-{member:03d}", shard=f"{number:04d}", address=next(remaining))
                    for member in range(1, replicas + 2)
                ),
            )
            for number in range(1, shards + 1)
        ),
    )
