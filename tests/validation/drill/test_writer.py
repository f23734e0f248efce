"""What a writer counts as acknowledged, confirmed, retried and failed."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any, cast

import pytest
import redis
from redis.cluster import RedisCluster
from redis.exceptions import MovedError

from validation.drill.gaps import GapMeter
from validation.drill.writer import Assignment, Writer

GONE = redis.ConnectionError("gone")
MOVED = MovedError("0 127.0.0.1:6379")


class ScriptedCluster:
    """Gives the next of its answers to each write, and stops the writer after the last."""

    def __init__(self, answers: list[Any]) -> None:
        self._answers = answers
        self.stop = threading.Event()
        self.sent: list[tuple[Any, ...]] = []

    def answer(self) -> Any:
        answer = self._answers.pop(0)
        if not self._answers:
            self.stop.set()
        return answer

    def setbit(self, *arguments: Any) -> Any:
        self.sent.append(("SETBIT", *arguments))
        answer = self.answer()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def get_node_from_key(self, _key: str) -> str:
        return "owner"

    def get_redis_connection(self, _owner: str) -> ScriptedPipeline:
        return ScriptedPipeline(self)


class ScriptedPipeline:
    """Takes one scripted answer for a whole batch: the answers to a write and its WAIT, or what broke the batch."""

    def __init__(self, cluster: ScriptedCluster) -> None:
        self._cluster = cluster
        self._sent: list[tuple[Any, ...]] = []

    def pipeline(self, *, transaction: bool) -> ScriptedPipeline:
        assert not transaction
        return self

    def execute_command(self, *command: Any) -> None:
        self._sent.append(command)

    def execute(self, *, raise_on_error: bool) -> Any:
        assert not raise_on_error
        self._cluster.sent.extend(self._sent)
        answer = self._cluster.answer()
        if isinstance(answer, Exception):
            raise answer
        return answer


def run(*answers: Any, waits: bool, patience: float = 60) -> tuple[Writer, ScriptedCluster]:
    cluster = ScriptedCluster(list(answers))
    writer = Writer(
        cast("RedisCluster", cluster),
        Assignment(shard="0001", key="key", waits=waits),
        per_second=1000,
        patience_seconds=patience,
        meter=GapMeter(0.0),
        stop=cluster.stop,
    )
    writer.run()
    return writer, cluster


def counts(writer: Writer) -> tuple[int, int, int]:
    """Confirmed by WAIT, acknowledged by the primary alone, failed."""
    return writer.confirmed.count, writer.accepted.count, writer.failed


def test_without_wait_a_write_is_acknowledged_by_the_primary_alone() -> None:
    writer, cluster = run(0, 0, waits=False)

    assert counts(writer) == (0, 2, 0)
    assert cluster.sent == [("SETBIT", "key", 0, 1), ("SETBIT", "key", 1, 1)]


@pytest.mark.parametrize(("replicas", "expected"), [(1, (1, 0, 0)), (2, (1, 0, 0)), (0, (0, 1, 0))])
def test_with_wait_a_write_is_confirmed_once_a_replica_has_it(replicas: int, expected: tuple[int, int, int]) -> None:
    writer, cluster = run([0, replicas], waits=True)

    assert counts(writer) == expected
    assert [command[0] for command in cluster.sent] == ["SETBIT", "WAIT"]


def test_a_wait_that_fails_leaves_its_write_acknowledged_but_unconfirmed() -> None:
    assert counts(run([0, redis.ResponseError("UNKILLABLE")], waits=True)[0]) == (0, 1, 0)


@pytest.mark.parametrize("broken", [[MOVED, 1], GONE], ids=["moved", "connection lost"])
def test_a_write_that_had_to_be_sent_again_is_never_confirmed(broken: Any) -> None:
    writer, cluster = run(broken, 0, waits=True)

    assert counts(writer) == (0, 1, 0)
    assert [command[0] for command in cluster.sent] == ["SETBIT", "WAIT", "SETBIT"]


def test_an_error_is_followed_by_another_attempt_at_the_same_write() -> None:
    writer, cluster = run(GONE, GONE, 0, waits=False)

    assert counts(writer) == (0, 1, 0)
    assert writer.retried == Counter({"ConnectionError": 2})
    assert {command[2] for command in cluster.sent} == {0}


def test_a_write_fails_when_patience_is_at_its_end() -> None:
    assert counts(run(GONE, 0, waits=False, patience=-1)[0]) == (0, 1, 1)
