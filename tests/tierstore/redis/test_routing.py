"""Requests reach the node that serves their key, however often the cluster changes its mind."""

from __future__ import annotations

import pytest
from redis.crc import key_slot
from redis.exceptions import ClusterDownError, NoPermissionError, ResponseError

from tests.tierstore.redis.simulated_cluster import ENDPOINT, ONE, THREE, TWO, Clock, SimulatedCluster
from tierstore.core.deadlines import deadline
from tierstore.errors import AccessDeniedError, InvalidError, StorageError, TimedOutError, UnavailableError
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisValues
from tierstore.redis.routing import (
    ANSWER_SECONDS,
    REFRESH_ANSWER_SECONDS,
    REPLICA_SECONDS,
    Exchange,
    Node,
    Outcome,
    Routing,
    Steps,
)
from tierstore.redis.scripts import Script

LOW, HIGH = "{b}", "{a}"
"""Keys of slots 3300 and 15495."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cluster() -> SimulatedCluster:
    return SimulatedCluster()


@pytest.fixture
def routing(clock: Clock) -> Routing:
    return Routing(ENDPOINT, clock=clock, draw=lambda: 0.5)


def get(key: str, *, replicated: bool = False) -> RedisRequest:
    return RedisRequest(key=key, command=("GET", key), replicated=replicated)


def test_the_two_keys_lie_on_different_nodes(cluster: SimulatedCluster) -> None:
    assert (cluster.owner(key_slot(LOW.encode())), cluster.owner(key_slot(HIGH.encode()))) == (ONE, TWO)


def test_the_topology_is_learned_from_the_configuration_endpoint_once(
    routing: Routing, cluster: SimulatedCluster
) -> None:
    cluster.run(routing.answers(get(LOW)))
    cluster.run(routing.answers(get(LOW)))

    assert [exchange.node for exchange in cluster.received] == [ENDPOINT, ONE, ONE]


def test_requests_for_several_nodes_travel_together_and_are_answered_in_order(
    routing: Routing, cluster: SimulatedCluster
) -> None:
    answers = cluster.run(routing.answers(RedisValues(keys=(HIGH, LOW, HIGH + "2"))))

    assert answers == [b"10.0.0.2 did GET", b"10.0.0.1 did GET", b"10.0.0.2 did GET"]
    assert cluster.asked(TWO) == [("GET", HIGH), ("GET", HIGH + "2")]


def test_a_moved_slot_is_followed_and_remembered(routing: Routing, cluster: SimulatedCluster, clock: Clock) -> None:
    cluster.run(routing.answers(get(LOW)))
    cluster.owners = {range(16384): TWO}

    assert cluster.run(routing.answers(get(LOW))) == [b"10.0.0.2 did GET"]

    clock.now += 1
    cluster.received.clear()
    cluster.run(routing.answers(get(LOW)))
    assert [exchange.node for exchange in cluster.received] == [ENDPOINT, TWO]


def test_a_slot_on_its_way_is_asked_for_at_its_new_node_only_this_once(
    routing: Routing, cluster: SimulatedCluster
) -> None:
    cluster.migrating = {key_slot(LOW.encode()): TWO}

    assert cluster.run(routing.answers(get(LOW))) == [b"10.0.0.2 did GET"]
    assert cluster.asked(TWO) == [("ASKING",), ("GET", LOW)]

    cluster.run(routing.answers(get(LOW)))
    assert cluster.asked(ONE) == [("GET", LOW), ("GET", LOW)]


def test_a_script_that_a_node_does_not_know_is_sent_in_full(routing: Routing, cluster: SimulatedCluster) -> None:
    script = Script("return redis.call('GET', KEYS[1])")

    assert cluster.run(routing.answers(script.on([LOW], 7))) == [b"10.0.0.1 did EVAL"]
    assert cluster.asked(ONE)[-1] == ("EVAL", "return redis.call('GET', KEYS[1])", 1, LOW, 7)


class UndecidedCluster(SimulatedCluster):
    """Its nodes send every request on to each other."""

    def owner(self, _slot: int) -> Node:
        return THREE if len(self.received) % 2 else TWO


def test_nodes_that_disagree_for_ever_end_in_an_error(routing: Routing) -> None:
    (answer,) = UndecidedCluster().run(routing.answers(get(LOW)))

    assert isinstance(answer, UnavailableError)
    assert "the nodes disagree" in str(answer)


def test_one_node_that_is_down_fails_its_own_requests_only(routing: Routing, cluster: SimulatedCluster) -> None:
    cluster.down = {ONE}

    low, high = cluster.run(routing.answers(RedisBatch(requests=(get(LOW), get(HIGH)))))

    assert isinstance(low, UnavailableError)
    assert high == b"10.0.0.2 did GET"


def test_after_a_failure_the_topology_is_learned_anew_and_the_promoted_replica_is_found(
    routing: Routing, cluster: SimulatedCluster, clock: Clock
) -> None:
    cluster.run(routing.answers(get(HIGH)))
    cluster.down = {TWO}
    cluster.run(routing.answers(get(HIGH)))
    cluster.owners = {range(8192): ONE, range(8192, 16384): THREE}
    clock.now += 1

    assert cluster.run(routing.answers(get(HIGH))) == [b"10.0.0.3 did GET"]


def test_where_the_endpoint_is_down_too_another_node_tells_the_topology(
    routing: Routing, cluster: SimulatedCluster, clock: Clock
) -> None:
    cluster.run(routing.answers(get(HIGH)))
    cluster.down = {TWO, ENDPOINT}
    cluster.owners = {range(8192): ONE, range(8192, 16384): THREE}
    answers = []
    for _ in range(3):
        clock.now += 1
        answers += cluster.run(routing.answers(get(HIGH)))

    assert answers[-1] == b"10.0.0.3 did GET"


def test_the_topology_is_looked_at_only_now_and_then(routing: Routing, cluster: SimulatedCluster) -> None:
    cluster.run(routing.answers(get(HIGH)))
    cluster.down = {TWO}
    cluster.received.clear()

    for _ in range(20):
        cluster.run(routing.answers(get(HIGH)))

    assert len(cluster.asked(ENDPOINT)) <= 1


def test_a_node_that_keeps_failing_is_left_alone_for_a_while(
    routing: Routing, cluster: SimulatedCluster, clock: Clock
) -> None:
    cluster.down = {ONE}
    for _ in range(20):
        cluster.run(routing.answers(get(LOW)))
    assert len(cluster.asked(ONE)) == 5

    cluster.down = set()
    clock.now += 2

    assert cluster.run(routing.answers(get(LOW))) == [b"10.0.0.1 did GET"]


def test_a_cluster_that_was_never_reached_says_why(routing: Routing, cluster: SimulatedCluster) -> None:
    cluster.down = {ENDPOINT}

    (answer,) = cluster.run(routing.answers(get(LOW)))

    assert isinstance(answer, UnavailableError)
    assert str(answer) == "endpoint is down"


def test_a_replicated_request_waits_where_the_node_has_a_replica(routing: Routing, cluster: SimulatedCluster) -> None:
    answers = cluster.run(routing.answers(RedisBatch(requests=(get(LOW, replicated=True), get(HIGH, replicated=True)))))

    assert answers == [b"10.0.0.1 did GET", b"10.0.0.2 did GET"]
    assert cluster.asked(ONE) == [("GET", LOW)]
    assert cluster.asked(TWO) == [("GET", HIGH), ("WAIT", 1, 200)]


def test_a_replica_that_comes_back_is_waited_for_again(
    routing: Routing, cluster: SimulatedCluster, clock: Clock
) -> None:
    cluster.replicas = {}
    cluster.run(routing.answers(get(HIGH, replicated=True)))
    cluster.replicas = {TWO: THREE}
    clock.now += REPLICA_SECONDS

    cluster.run(routing.answers(get(HIGH, replicated=True)))

    assert cluster.asked(TWO) == [("GET", HIGH), ("GET", HIGH), ("WAIT", 1, 200)]


def test_a_serverless_cache_is_never_asked_to_wait(clock: Clock, cluster: SimulatedCluster) -> None:
    routing = Routing(ENDPOINT, waits_for_replicas=False, clock=clock, draw=lambda: 0.5)

    cluster.run(routing.answers(RedisBatch(requests=(get(HIGH, replicated=True),))))

    assert cluster.asked(TWO) == [("GET", HIGH)]


def test_a_topology_that_is_learned_while_a_request_is_under_way_does_not_confuse_its_replies(
    routing: Routing, cluster: SimulatedCluster
) -> None:
    cluster.run(routing.answers(get(HIGH)))
    under_way = routing.answers(get(HIGH, replicated=True))
    (exchange,) = next(under_way)
    assert len(exchange.commands) == 2
    cluster.replicas = {}
    routing._is_current = False
    cluster.run(routing.answers(get(HIGH)))

    with pytest.raises(StopIteration) as finished:
        under_way.send([[b"done", 1]])
    assert finished.value.value == [b"done"]


def test_a_write_that_no_replica_confirms_is_in_doubt(routing: Routing, cluster: SimulatedCluster) -> None:
    cluster.replicas_in_sync = 0

    (answer,) = cluster.run(routing.answers(get(HIGH, replicated=True)))

    assert isinstance(answer, UnavailableError)
    assert answer.in_doubt


def test_after_a_deadline_nobody_is_asked(routing: Routing, cluster: SimulatedCluster) -> None:
    cluster.run(routing.answers(get(LOW)))
    cluster.received.clear()

    with deadline(0):
        (answer,) = cluster.run(routing.answers(get(LOW)))

    assert isinstance(answer, TimedOutError)
    assert not answer.in_doubt
    assert cluster.received == []


def test_learning_the_topology_anew_leaves_time_for_the_request(
    routing: Routing, cluster: SimulatedCluster, clock: Clock
) -> None:
    cluster.run(routing.answers(get(LOW)))
    cluster.down = {ONE}
    cluster.run(routing.answers(get(LOW)))
    clock.now += 1
    cluster.run(routing.answers(get(HIGH)))

    answer, refresh = ANSWER_SECONDS, REFRESH_ANSWER_SECONDS
    assert [exchange.seconds for exchange in cluster.received] == [answer, answer, answer, refresh, answer]
    assert answer + refresh <= 0.5


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (NoPermissionError("this user has no permissions"), AccessDeniedError),
        (ClusterDownError("The cluster is down"), UnavailableError),
        (ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value"), InvalidError),
    ],
)
def test_an_error_reply_becomes_an_error_of_the_library(
    routing: Routing, cluster: SimulatedCluster, reply: Exception, error: type[StorageError]
) -> None:
    cluster.run(routing.answers(get(LOW)))

    (answer,) = _run_with(routing.answers(get(LOW)), [reply])

    assert type(answer) is error
    assert str(reply) in str(answer)


def _run_with(steps: Steps[list[object]], outcome: Outcome) -> list[object]:
    exchanges: list[Exchange] = next(steps)
    assert len(exchanges) == 1
    with pytest.raises(StopIteration) as finished:
        steps.send([outcome])
    answers: list[object] = finished.value.value
    return answers
