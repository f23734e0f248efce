"""A cluster as one of its nodes sees it (CLUSTER NODES)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.redis_cluster.node import Server
from sandbox.redis_cluster.slots import SlotRange


@dataclass(frozen=True, kw_only=True)
class OpenSlot:
    """A slot on its way to (`migrating`) or from (`importing`) another node, by that node's id."""

    slot: int
    state: str
    other: str


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One node; `open_slots` are told only by the node itself."""

    id: str
    address: str
    flags: frozenset[str]
    follows: str
    """The id of its primary; `-` where it is one itself."""
    epoch: int
    slots: tuple[SlotRange, ...]
    open_slots: tuple[OpenSlot, ...]

    @property
    def is_primary(self) -> bool:
        """Whether it is a primary."""
        return "master" in self.flags

    @property
    def is_settled(self) -> bool:
        """Whether it is known in full and no node believes that it has failed."""
        return not self.flags & {"handshake", "fail", "fail?", "noaddr"}


def look(server: Server) -> tuple[Seen, ...]:
    """Return every node that a node knows, itself included; raise redis.RedisError where it does not answer."""
    return parse(server.command("CLUSTER NODES"))


def look_at_itself(server: Server) -> Seen:
    """Return what a node says of itself; raise redis.RedisError where it does not answer."""
    return next(node for node in look(server) if "myself" in node.flags)


def parse(answer: Mapping[str, Mapping[str, Any]]) -> tuple[Seen, ...]:
    """Return the nodes of redis-py's answer to CLUSTER NODES."""
    return tuple(
        Seen(
            id=node["node_id"],
            address=address.rpartition(":")[0],
            flags=frozenset(node["flags"].split(",")),
            follows=node["master_id"],
            epoch=int(node["epoch"]),
            slots=tuple((int(first), int(last)) for first, *_, last in (each * 2 for each in node["slots"])),
            open_slots=tuple(
                OpenSlot(slot=int(each["slot"]), state=each["state"], other=each["node_id"])
                for each in node["migrations"]
            ),
        )
        for address, node in answer.items()
    )
