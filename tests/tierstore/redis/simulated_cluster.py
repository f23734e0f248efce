"""A cluster in memory, which answers a router's exchanges as real nodes would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from redis.crc import key_slot
from redis.exceptions import AskError, MovedError, NoScriptError

from tierstore.errors import UnavailableError
from tierstore.redis.effects import Argument
from tierstore.redis.routing import Exchange, Node, Outcome, Result, Steps

ENDPOINT = Node("endpoint", 6379)
ONE, TWO, THREE = Node("10.0.0.1", 6379), Node("10.0.0.2", 6379), Node("10.0.0.3", 6379)


class Clock:
    """A clock that moves when told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class SimulatedCluster:
    """Two primaries, of which the first serves the lower half of the slots; TWO has THREE as its replica."""

    owners: dict[range, Node] = field(default_factory=lambda: {range(8192): ONE, range(8192, 16384): TWO})
    replicas: dict[Node, Node] = field(default_factory=lambda: {TWO: THREE})
    down: set[Node] = field(default_factory=set)
    migrating: dict[int, Node] = field(default_factory=dict)
    """Slots on their way, whose keys have all arrived at their new node."""
    scripts: set[tuple[Node, str]] = field(default_factory=set)
    replicas_in_sync: int = 1
    received: list[Exchange] = field(default_factory=list)

    def run(self, steps: Steps[Result]) -> Result:
        """Carry out what the router says."""
        try:
            exchanges = next(steps)
            while True:
                exchanges = steps.send([self._outcome(exchange) for exchange in exchanges])
        except StopIteration as finished:
            return finished.value  # type: ignore[no-any-return]

    def asked(self, node: Node) -> list[tuple[Argument, ...]]:
        """Every command that the node received."""
        return [command for exchange in self.received if exchange.node == node for command in exchange.commands]

    def owner(self, slot: int) -> Node:
        return next(node for slots, node in self.owners.items() if slot in slots)

    def _outcome(self, exchange: Exchange) -> Outcome:
        self.received.append(exchange)
        if exchange.node in self.down:
            return UnavailableError(f"{exchange.node.host} is down")
        replies: list[Any] = []
        asking = False
        for command in exchange.commands:
            replies.append(self._reply(exchange.node, command, asking=asking))
            asking = command == ("ASKING",)
        return replies

    def _reply(self, node: Node, command: tuple[Argument, ...], *, asking: bool) -> Any:
        match command:
            case ("CLUSTER", "SLOTS"):
                return [
                    [slots[0], slots[-1], *([n.host.encode(), n.port, b"id", []] for n in self._members(owner))]
                    for slots, owner in self.owners.items()
                ]
            case ("WAIT", _, _):
                return self.replicas_in_sync
            case ("ASKING",):
                return b"OK"
            case ("EVALSHA" | "EVALSHA_RO", str(digest), _, str(key), *_) if (node, digest) not in self.scripts:
                return self._redirection(node, key, asking=asking) or NoScriptError("No matching script")
            case ("EVAL" | "EVALSHA" | "EVAL_RO" | "EVALSHA_RO" as name, _, _, str(key), *_) | (
                str(name),
                str(key),
                *_,
            ):
                return self._redirection(node, key, asking=asking) or f"{node.host} did {name}".encode()
        raise AssertionError(command)

    def _members(self, owner: Node) -> list[Node]:
        return [owner, self.replicas[owner]] if owner in self.replicas else [owner]

    def _redirection(self, node: Node, key: str, *, asking: bool) -> Exception | None:
        slot = key_slot(key.encode())
        target = self.migrating.get(slot)
        if target is not None and node == self.owner(slot):
            return AskError(f"{slot} {target.host}:{target.port}")
        if node != self.owner(slot) and not (asking and node == target):
            owner = self.owner(slot)
            return MovedError(f"{slot} {owner.host}:{owner.port}")
        return None
