"""Which node gets which request: slots, redirections, and a topology learned anew when nodes come and go.

Pure: it says what to exchange with which nodes and is told the outcome; transports do it, blocking or in asyncio.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    NoPermissionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)

from tierstore.core.deadlines import within_deadline
from tierstore.errors import AccessDeniedError, InvalidError, StorageError, TimedOutError, UnavailableError
from tierstore.redis.effects import AnyRedisEffect, Command, RedisBatch, RedisRequest, RedisScan, RedisValues
from tierstore.redis.scripts import in_full
from tierstore.resilience.breaker import Breaker

Result = TypeVar("Result")

ANSWER_SECONDS: Final = 0.4
"""A node's time to answer, login included, so that one that hangs costs less than half a second."""
REFRESH_ANSWER_SECONDS: Final = 0.1
"""Time for a look at the topology that is not needed to go on."""
REPLICATION_SECONDS: Final = 0.2
"""How long a replicated request waits for a replica; one in sync answers within a millisecond or two."""
REFRESH_SECONDS: Final = 0.25
"""Least time between two looks at the topology, on average; a failover takes seconds."""
REPLICA_SECONDS: Final = 5.0
"""After this a replicated request looks again for the replica that a shard lacked, as after a failover."""
SCANNED_AT_ONCE: Final = 1000
"""Keys that a node looks at before it answers: about a millisecond of its time."""
MAXIMUM_HOPS: Final = 5
"""Times a request is sent on, as in redis-py: more means that the nodes do not agree."""


class Node(NamedTuple):
    """Where a node listens."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """Commands for one node and the seconds to answer them in."""

    node: Node
    commands: Sequence[Command]
    seconds: float


_NONE: Final[frozenset[int]] = frozenset()
_FIRST: Final = frozenset({0})
_ASKING: Final[Command] = ("ASKING",)
_WAIT: Final[Command] = ("WAIT", 1, round(REPLICATION_SECONDS * 1000))

Outcome: TypeAlias = list[Any] | StorageError
"""The replies, of which each may be an error reply; or why there are none."""
Steps: TypeAlias = Generator[list[Exchange], list[Outcome], Result]


@dataclass(slots=True)
class _Errand:
    """Requests that are carried out together, and what is known of their answers."""

    commands: list[Command]
    replicated: frozenset[int]
    """Places of the requests that a replica must confirm."""
    answers: list[Any]
    asking: set[int] = field(default_factory=set)
    """Places of the requests that go to a node which does not own their slot yet."""
    waiting: set[int] = field(default_factory=set)
    """Places of the requests that were sent along with a wait for a replica."""


class Routing:
    """What one process knows of a cluster: who serves which slot, and who fails."""

    def __init__(
        self,
        endpoint: Node,
        *,
        waits_for_replicas: bool = True,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """Nothing is known at first but the endpoint; without `waits_for_replicas` no command WAIT is sent."""
        self._endpoint = endpoint
        self._waits_for_replicas = waits_for_replicas
        self._clock = clock
        self._draw = draw
        self._primaries: list[Node | None] = []
        self._replicated: frozenset[Node] = frozenset()
        self._breakers: dict[Node, Breaker] = {}
        self._is_current = False
        self._next_refresh = 0.0
        self._replicas_at = math.inf
        """When to look again for replicas that were not there."""
        self._failed_refreshes = 0
        self._trouble: StorageError | None = None
        """Why the topology could not be learned the last time."""

    def answers(self, effect: AnyRedisEffect) -> Steps[list[Any]]:
        """Answer the effect's requests in order; one that failed is answered with its `StorageError`."""
        match effect:
            case RedisRequest(key=key, command=command):
                replicated = _FIRST if effect.replicated else _NONE
                return self._answers((key,), (command,), replicated=replicated, waits=effect.waits)
            case RedisValues(keys=keys):
                return self._answers(keys, [("GET", key) for key in keys])
            case RedisBatch(requests=requests):
                return self._answers(
                    [request.key for request in requests],
                    [request.command for request in requests],
                    replicated=frozenset(place for place, request in enumerate(requests) if request.replicated),
                    waits=max((request.waits for request in requests), default=0.0),
                )
            case RedisScan():
                return self._scan(effect)

    def _answers(
        self,
        keys: Sequence[str],
        commands: Iterable[Command],
        *,
        replicated: frozenset[int] = _NONE,
        waits: float = 0.0,
    ) -> Steps[list[Any]]:
        if not self._is_current or (replicated and self._clock() >= self._replicas_at):
            yield from self._refresh()
        errand = _Errand(list(commands), replicated, [None] * len(keys))
        remaining = self._addressed(keys, errand.answers)
        for _ in range(MAXIMUM_HOPS):
            if not remaining:
                return errand.answers
            remaining = yield from self._hop(errand, remaining, ANSWER_SECONDS + waits)
        for places in remaining.values():
            error = UnavailableError(f"a request was sent on {MAXIMUM_HOPS} times; the nodes disagree")
            _fail(places, error, errand.answers)
        return errand.answers

    def _scan(self, scan: RedisScan) -> Steps[list[Any]]:
        """One answer: the names that all primaries gave, page by page, or the first error."""
        if not self._is_current:
            yield from self._refresh()
        primaries = set(self._primaries)
        if not primaries or None in primaries:
            self._is_current = False
            return [self._trouble or UnavailableError(f"not every slot of {self._endpoint.host} has a primary")]
        options = ("MATCH", scan.pattern, "COUNT", SCANNED_AT_ONCE, *(("TYPE", scan.type) if scan.type else ()))
        cursors: dict[Node, bytes] = dict.fromkeys((node for node in primaries if node is not None), b"0")
        names: set[bytes] = set()
        while cursors:
            seconds = within_deadline(ANSWER_SECONDS)
            outcomes = yield [Exchange(node, (("SCAN", at, *options),), seconds) for node, at in cursors.items()]
            for node, outcome in zip(list(cursors), outcomes, strict=True):
                reply = outcome if isinstance(outcome, StorageError) else outcome[0]
                if isinstance(reply, Exception):
                    self._is_current = False
                    return [reply if isinstance(reply, StorageError) else _error(node, reply)]
                at, found = reply
                names.update(found)
                if at == b"0":
                    del cursors[node]
                else:
                    cursors[node] = at
        return [sorted(names)]

    def _addressed(self, keys: Sequence[str], answers: list[Any]) -> dict[Node, list[int]]:
        """The places of the requests by the nodes that serve their keys."""
        by_node: dict[Node, list[int]] = {}
        primaries = self._primaries
        for place, key in enumerate(keys):
            slot = _slot_of(key)
            node = primaries[slot] if primaries else None
            if node is None:
                self._is_current = False
                answers[place] = self._trouble or UnavailableError(
                    f"no node of {self._endpoint.host} is known to serve slot {slot}"
                )
            elif node in by_node:
                by_node[node].append(place)
            else:
                by_node[node] = [place]
        return by_node

    def _hop(
        self, errand: _Errand, remaining: dict[Node, list[int]], answer_seconds: float
    ) -> Steps[dict[Node, list[int]]]:
        """Send the requests to their nodes; give back those that are to be sent on, by the nodes that come next."""
        exchanges: list[Exchange] = []
        seconds = within_deadline(answer_seconds)
        for node, places in remaining.items():
            try:
                if seconds <= 0:
                    raise TimedOutError(f"the deadline had passed before Redis node {node.host} was asked")
                self._breaker(node).check()
            except StorageError as error:
                self._is_current = False
                _fail(places, error, errand.answers)
            else:
                exchanges.append(Exchange(node, self._wire_commands(errand, node, places), seconds))
        if not exchanges:
            return {}
        outcomes = yield exchanges
        again: dict[Node, list[int]] = {}
        for exchange, outcome in zip(exchanges, outcomes, strict=True):
            places = remaining[exchange.node]
            if isinstance(outcome, StorageError):
                self._breaker(exchange.node).failed()
                self._is_current = False
                _fail(places, outcome, errand.answers)
            else:
                self._breaker(exchange.node).succeeded()
                for place, node in self._read(errand, exchange.node, places, outcome):
                    again.setdefault(node, []).append(place)
        return again

    def _wire_commands(self, errand: _Errand, node: Node, places: list[int]) -> list[Command]:
        commands, asking = errand.commands, errand.asking
        replicated = errand.replicated if node in self._replicated else ()
        if not asking and not replicated:
            return [commands[place] for place in places]
        wire: list[Command] = []
        for place in places:
            if place in asking:
                wire.append(_ASKING)
            wire.append(commands[place])
            if place in replicated:
                errand.waiting.add(place)
                wire.append(_WAIT)
        return wire

    def _read(self, errand: _Errand, node: Node, places: list[int], outcome: list[Any]) -> Iterator[tuple[int, Node]]:
        """Note the replies that are answers; tell the others' next nodes."""
        replies = iter(outcome)
        for place in places:
            if place in errand.asking:
                errand.asking.discard(place)
                next(replies)
            reply = next(replies)
            copies = 1
            if place in errand.waiting:
                errand.waiting.discard(place)
                copies = next(replies)
            if not isinstance(reply, Exception):
                errand.answers[place] = reply if copies else _not_replicated(node)
            elif (following := self._following(errand, place, node, reply)) is not None:
                yield place, following
            else:
                errand.answers[place] = _error(node, reply)

    def _following(self, errand: _Errand, place: int, node: Node, reply: Exception) -> Node | None:
        """The node that is to carry a request out after this reply; None where the reply is its answer."""
        match reply:
            case MovedError():
                self._is_current = False
                following = self._primaries[reply.slot_id] = Node(reply.host or node.host, reply.port)
                return following
            case AskError():
                errand.asking.add(place)
                return Node(reply.host or node.host, reply.port)
            case NoScriptError():
                errand.commands[place] = in_full(errand.commands[place])
                return node
            case ClusterDownError() | ReadOnlyError():
                self._is_current = False
        return None

    def _breaker(self, node: Node) -> Breaker:
        try:
            return self._breakers[node]
        except KeyError:
            return self._breakers.setdefault(node, Breaker(f"Redis node {node.host}:{node.port}", clock=self._clock))

    def _refresh(self) -> Steps[None]:
        """Learn the topology, at most every now and then: from the configuration endpoint, or from a node in its stead.

        A look that fails changes nothing: the next one asks somebody else.
        """
        now = self._clock()
        if now < self._next_refresh and (self._primaries or self._trouble):
            return
        self._next_refresh = now + REFRESH_SECONDS * (0.5 + self._draw())
        asked = self._whom_to_ask()
        seconds = within_deadline(REFRESH_ANSWER_SECONDS if self._primaries else ANSWER_SECONDS)
        (outcome,) = yield [Exchange(asked, (("CLUSTER", "SLOTS"),), seconds)]
        slots = outcome if isinstance(outcome, StorageError) else outcome[0]
        if isinstance(slots, Exception):
            self._failed_refreshes += 1
            self._trouble = slots if isinstance(slots, StorageError) else _error(asked, slots)
        else:
            self._failed_refreshes = 0
            self._trouble = None
            self._learn(slots, asked)

    def _whom_to_ask(self) -> Node:
        known = sorted({node for node in self._primaries if node is not None and not self._breaker(node).is_open})
        candidates = [self._endpoint, *known]
        return candidates[self._failed_refreshes % len(candidates)]

    def _learn(self, ranges: list[Any], told_by: Node) -> None:
        primaries: list[Node | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
        replicated = set()
        lacks_one = False
        for first, last, primary, *replicas in ranges:
            # A node that does not know its own address yet leaves it out.
            node = Node(primary[0].decode() if primary[0] else told_by.host, primary[1])
            primaries[first : last + 1] = [node] * (last + 1 - first)
            if replicas and self._waits_for_replicas:
                replicated.add(node)
            lacks_one = lacks_one or not replicas
        self._primaries = primaries
        self._replicated = frozenset(replicated)
        # Nobody tells when a replica comes: it serves no slot.
        self._replicas_at = self._clock() + REPLICA_SECONDS if lacks_one and self._waits_for_replicas else math.inf
        self._is_current = True


@lru_cache(maxsize=8192)
def _slot_of(key: str) -> int:
    """The slot of a key; kept, since the keys that are asked for most are asked for again."""
    return key_slot(key.encode())


def _fail(places: Iterable[int], error: StorageError, answers: list[Any]) -> None:
    for place in places:
        answers[place] = error


def _not_replicated(node: Node) -> UnavailableError:
    return UnavailableError(f"no replica of Redis node {node.host} confirmed the write in time", in_doubt=True)


def _error(node: Node, reply: Exception) -> StorageError:
    where = f"Redis node {node.host}:{node.port}"
    match reply:
        case NoPermissionError():
            return AccessDeniedError(f"{where}: {reply}")
        case ClusterDownError() | ReadOnlyError() | TryAgainError() | OutOfMemoryError():
            return UnavailableError(f"{where}: {reply}")
        case _:
            return InvalidError(f"{where}: {reply}")
