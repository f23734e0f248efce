"""Which node gets which request: slots, redirections, and a topology learned anew when nodes come and go.

Pure: it says what to exchange with which nodes and is told the outcome; transports do it, blocking or in asyncio.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
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
from tierstore.redis.effects import Argument, RedisRequest
from tierstore.redis.scripts import in_full
from tierstore.resilience.breaker import Breaker

Result = TypeVar("Result")

REQUEST_SECONDS: Final = 0.4
"""Time of a request in all, so that a node that hangs costs less than half a second."""
REPLICATION_SECONDS: Final = 0.2
"""How long a replicated request waits for a replica; one in sync answers within a millisecond or two."""
REFRESH_SECONDS: Final = 0.25
"""Least time between two looks at the topology, on average; a failover takes seconds."""
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
    commands: Sequence[tuple[Argument, ...]]
    seconds: float


Outcome: TypeAlias = list[Any] | StorageError
"""The replies, of which each may be an error reply; or why there are none."""
Steps: TypeAlias = Generator[list[Exchange], list[Outcome], Result]


@dataclass(slots=True)
class _Open:
    """A request without an answer yet, and where it is to go next."""

    index: int
    request: RedisRequest
    command: tuple[Argument, ...]
    node: Node
    asking: bool = False


class Routing:
    """What one process knows of a cluster: who serves which slot, and who fails."""

    def __init__(
        self,
        endpoint: Node,
        *,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._draw = draw
        self._primaries: list[Node | None] = []
        self._replicated: frozenset[Node] = frozenset()
        self._breakers: dict[Node, Breaker] = {}
        self._is_current = False
        self._next_refresh = 0.0
        self._failed_refreshes = 0
        self._trouble: StorageError | None = None
        """Why the topology could not be learned the last time."""

    def answers(self, requests: Sequence[RedisRequest]) -> Steps[list[Any]]:
        """Answer the requests in order; a request that failed is answered with its `StorageError`."""
        seconds = within_deadline(REQUEST_SECONDS + max(request.waits for request in requests))
        ends_at = self._clock() + seconds
        if not self._is_current:
            yield from self._refresh(ends_at)
        answers: list[Any] = [None] * len(requests)
        remaining = list(self._addressed(requests, answers))
        for _ in range(MAXIMUM_HOPS):
            if not remaining:
                return answers
            remaining = yield from self._hop(remaining, answers, ends_at)
        for each in remaining:
            answers[each.index] = UnavailableError(f"a request was sent on {MAXIMUM_HOPS} times; the nodes disagree")
        return answers

    def _addressed(self, requests: Sequence[RedisRequest], answers: list[Any]) -> Iterator[_Open]:
        for index, request in enumerate(requests):
            slot = key_slot(request.key.encode())
            node = self._primaries[slot] if self._primaries else None
            if node is None:
                self._is_current = False
                answers[index] = self._trouble or UnavailableError(
                    f"no node of {self._endpoint.host} is known to serve slot {slot}"
                )
            else:
                yield _Open(index, request, request.command, node)

    def _hop(self, remaining: list[_Open], answers: list[Any], ends_at: float) -> Steps[list[_Open]]:
        by_node: dict[Node, list[_Open]] = {}
        for each in remaining:
            by_node.setdefault(each.node, []).append(each)
        exchanges: list[Exchange] = []
        seconds = ends_at - self._clock()
        for node in tuple(by_node):
            try:
                if seconds <= 0:
                    raise TimedOutError(f"the time was up before Redis node {node.host} was asked")
                self._breaker(node).check()
            except StorageError as error:
                self._is_current = False
                _fail(by_node.pop(node), error, answers)
            else:
                commands = [command for each in by_node[node] for command in self._commands(each)]
                exchanges.append(Exchange(node, commands, seconds))
        if not exchanges:
            return []
        outcomes = yield exchanges
        again: list[_Open] = []
        for exchange, outcome in zip(exchanges, outcomes, strict=True):
            sent = by_node[exchange.node]
            if isinstance(outcome, StorageError):
                self._breaker(exchange.node).failed()
                self._is_current = False
                _fail(sent, outcome, answers)
            else:
                self._breaker(exchange.node).succeeded()
                again.extend(self._read(sent, outcome, answers))
        return again

    def _commands(self, each: _Open) -> Iterable[tuple[Argument, ...]]:
        if each.asking:
            yield ("ASKING",)
        yield each.command
        if self._waits_for_replica(each):
            yield ("WAIT", 1, round(REPLICATION_SECONDS * 1000))

    def _waits_for_replica(self, each: _Open) -> bool:
        return each.request.replicated and each.node in self._replicated

    def _read(self, sent: list[_Open], outcome: list[Any], answers: list[Any]) -> Iterator[_Open]:
        """Note the replies that are answers; give back the requests that go on to another node."""
        replies = iter(outcome)
        for each in sent:
            if each.asking:
                next(replies)
            reply = next(replies)
            copies = next(replies) if self._waits_for_replica(each) else 1
            if not isinstance(reply, Exception):
                answers[each.index] = reply if copies else _not_replicated(each.node)
            elif self._sends_on(each, reply):
                yield each
            else:
                answers[each.index] = _error(each.node, reply)

    def _sends_on(self, each: _Open, reply: Exception) -> bool:
        each.asking = False
        match reply:
            case MovedError():
                each.node = self._primaries[reply.slot_id] = Node(reply.host or each.node.host, reply.port)
                self._is_current = False
            case AskError():
                each.node = Node(reply.host or each.node.host, reply.port)
                each.asking = True
            case NoScriptError():
                each.command = in_full(each.command)
            case ClusterDownError() | ReadOnlyError():
                self._is_current = False
                return False
            case _:
                return False
        return True

    def _breaker(self, node: Node) -> Breaker:
        try:
            return self._breakers[node]
        except KeyError:
            return self._breakers.setdefault(node, Breaker(f"Redis node {node.host}:{node.port}", clock=self._clock))

    def _refresh(self, ends_at: float) -> Steps[None]:
        """Learn the topology, at most every now and then: from the configuration endpoint, or from a node in its stead.

        A look that fails changes nothing: the next one asks somebody else.
        """
        now = self._clock()
        if now < self._next_refresh and (self._primaries or self._trouble):
            return
        self._next_refresh = now + REFRESH_SECONDS * (0.5 + self._draw())
        asked = self._whom_to_ask()
        # Half of the time is left for the request itself.
        seconds = (ends_at - now) / 2
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
        for first, last, primary, *replicas in ranges:
            # A node that does not know its own address yet leaves it out.
            node = Node(primary[0].decode() if primary[0] else told_by.host, primary[1])
            primaries[first : last + 1] = [node] * (last + 1 - first)
            if replicas:
                replicated.add(node)
        self._primaries = primaries
        self._replicated = frozenset(replicated)
        self._is_current = True


def _fail(sent: list[_Open], error: StorageError, answers: list[Any]) -> None:
    for each in sent:
        answers[each.index] = error


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
