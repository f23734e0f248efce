"""Both transports against a real cluster: the same requests, the same answers, the same errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Protocol

import pytest

from tests.tierstore.real_redis import RealRedis
from tierstore.aws import Aws
from tierstore.connection import Connection
from tierstore.errors import AccessDeniedError, InvalidError, TimedOutError, UnavailableError
from tierstore.redis import asyncio_transport, transport
from tierstore.redis.asyncio_transport import AsyncRedisTransport
from tierstore.redis.effects import RedisBatch, RedisRequest, RedisScan, RedisValues
from tierstore.redis.scripts import Script
from tierstore.redis.transport import RedisTransport

KEYS = tuple(f"key:{number}" for number in range(50))


class Client(Protocol):
    """Carries out an effect and waits for its answer."""

    def __call__(self, effect: RedisRequest | RedisBatch | RedisScan, /) -> Any: ...


@contextmanager
def blocking_client(connection: Connection) -> Iterator[Client]:
    transport = RedisTransport(Aws(connection), connection.redis)
    yield transport.carry_out
    transport.close()


@contextmanager
def asyncio_client(connection: Connection) -> Iterator[Client]:
    transport = AsyncRedisTransport(Aws(connection), connection.redis)
    with asyncio.Runner() as loop:
        yield lambda effect: loop.run(transport.carry_out(effect))
        loop.run(transport.close())
        # An event loop drops the socket of a handshake that failed only when it runs again, a step at a time.
        loop.run(_let_run(100))


async def _let_run(steps: int) -> None:
    for _ in range(steps):
        await asyncio.sleep(0)


pytestmark = pytest.mark.parametrize("connect", [blocking_client, asyncio_client])


def command(key: str, *arguments: str | int) -> RedisRequest:
    name, *rest = arguments
    return RedisRequest(key=key, command=(name, key, *rest))


def test_a_value_is_written_to_a_replica_and_read(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client:
        written = client(RedisRequest(key="a", command=("SET", "a", b"\x00\xff"), replicated=True))

        assert (written, client(command("a", "GET"))) == (b"OK", b"\x00\xff")


def test_only_a_replication_group_is_asked_to_wait(real_redis: RealRedis, connect: Any) -> None:
    node = real_redis.operator("a")

    def is_asked(*, serverless: bool) -> bool:
        node.config_resetstat()
        redis = replace(real_redis.connection.redis, serverless=serverless)
        with connect(replace(real_redis.connection, redis=redis)) as client:
            client(RedisRequest(key="a", command=("SET", "a", "1"), replicated=True))
        return "cmdstat_wait" in node.info("commandstats")

    # Nodes tell of a replica once it has something.
    while not is_asked(serverless=False):
        time.sleep(0.1)
    assert not is_asked(serverless=True)


def test_a_batch_over_all_nodes_is_answered_in_order(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client:
        client(RedisBatch(requests=tuple(command(key, "SET", f"value of {key}") for key in KEYS)))

        answers = client(RedisBatch(requests=tuple(command(key, "GET") for key in (*KEYS, "missing"))))

    assert answers == [*(f"value of {key}".encode() for key in KEYS), None]


def test_a_script_runs_whether_or_not_its_node_knows_it(real_redis: RealRedis, connect: Any) -> None:
    script = Script(f"return {{KEYS[1], ARGV[1], 7}} -- for {connect.__name__}")
    with connect(real_redis.connection) as client:
        answers = [client(script.on([key], "argument")) for key in ("a", "a", "b")]

    assert answers == [[b"a", b"argument", 7], [b"a", b"argument", 7], [b"b", b"argument", 7]]


def test_an_error_reply_is_raised_and_the_connection_goes_on(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client:
        client(command("a", "SET", "text"))

        with pytest.raises(InvalidError, match="WRONGTYPE"):
            client(command("a", "LPUSH", "x"))
        assert client(command("a", "GET")) == b"text"


def test_in_a_batch_an_error_stands_in_the_place_of_its_reply(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client:
        _, error, value = client(
            RedisBatch(requests=(command("a", "SET", "1"), command("a", "LPUSH", "x"), command("a", "GET")))
        )

    assert isinstance(error, InvalidError)
    assert value == b"1"


def test_what_the_user_may_not_do_is_denied(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client, pytest.raises(AccessDeniedError, match="permissions"):
        client(RedisRequest(key="a", command=("FLUSHALL",)))


def test_a_wrong_password_is_denied(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.as_stranger()) as client, pytest.raises(AccessDeniedError, match="refused the login"):
        client(command("a", "GET"))


def test_a_server_with_an_unknown_certificate_is_not_trusted(real_redis: RealRedis, connect: Any) -> None:
    trusting_others = replace(real_redis.connection, ca_file=None)

    with connect(trusting_others) as client, pytest.raises(AccessDeniedError, match="cannot be trusted"):
        client(command("a", "GET"))


def test_a_connection_that_the_server_closed_is_replaced_unnoticed(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client:
        client(command("a", "SET", "1"))
        real_redis.operator("a").client_kill_filter(_type="normal", skipme=True)
        # An event loop notices the end of a connection when it runs again.
        client(command("b", "GET"))

        assert client(command("a", "GET")) == b"1"


def test_a_node_that_hangs_times_out_in_doubt_and_the_others_serve(real_redis: RealRedis, connect: Any) -> None:
    hung = real_redis.primary_of("a")
    other = next(key for key in KEYS if real_redis.primary_of(key) != hung)
    with connect(real_redis.connection) as client:
        client(RedisBatch(requests=(command("a", "SET", "1"), command(other, "SET", "2"))))
        with real_redis.hung(hung):
            late, value = client(RedisBatch(requests=(command("a", "GET"), command(other, "GET"))))

    assert isinstance(late, TimedOutError)
    assert late.in_doubt
    assert value == b"2"


def test_after_a_late_reply_no_request_gets_another_ones(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client:
        client(command("a", "SET", "1"))
        with real_redis.hung(real_redis.primary_of("a")), pytest.raises(TimedOutError):
            client(command("a", "GET"))

        assert client(command("a", "STRLEN")) == 1


def test_a_cluster_that_is_stopped_is_unavailable_and_found_again(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client:
        client(command("a", "SET", "1"))
        with real_redis.stopped(), pytest.raises(UnavailableError):
            client(command("a", "GET"))

        assert until_answered(client, command("a", "GET")) == b"1"


def test_more_requests_than_permitted_wait_and_are_told_so_in_the_end(
    real_redis: RealRedis, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (transport, asyncio_transport):
        monkeypatch.setattr(module, "MAXIMUM_REQUESTS", 0)
        monkeypatch.setattr(module, "PERMIT_SECONDS", 0.01)
    with connect(real_redis.connection) as client:
        with pytest.raises(UnavailableError, match="under way already"):
            client(command("a", "GET"))
        answers = [*client(RedisValues(keys=("a", "b"))), *client(RedisBatch(requests=(command("a", "GET"),)))]

    assert [type(answer) for answer in answers] == [UnavailableError] * 3


def test_a_promoted_replica_is_found_after_its_primary_was_killed(real_redis: RealRedis, connect: Any) -> None:
    with connect(real_redis.connection) as client:
        client(RedisRequest(key="a", command=("SET", "a", "1"), replicated=True))
        primary = real_redis.primary_of("a")
        with real_redis.killed(primary):
            assert until_answered(client, command("a", "GET")) == b"1"
            assert real_redis.primary_of("a") != primary


def test_a_request_that_waits_is_answered_when_there_is_something(real_redis: RealRedis, connect: Any) -> None:
    waiting = RedisRequest(key="stream", command=("XREAD", "BLOCK", 600, "STREAMS", "stream", "0"), waits=0.6)
    with connect(real_redis.connection) as client:
        assert client(waiting) is None

        client(command("stream", "XADD", "1-1", "field", "value"))
        assert client(waiting) == {b"stream": [[b"1-1", [b"field", b"value"]]]}


def test_a_login_that_ends_soon_is_renewed_over_the_same_connection(
    real_redis: RealRedis, connect: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (transport, asyncio_transport):
        monkeypatch.setattr(module, "lasting_seconds", lambda *_: 0.0)
    operator = real_redis.operator("a")
    with connect(real_redis.connection) as client:
        client(command("a", "GET"))
        connections_before = operator.info("stats")["total_connections_received"]
        logins_before = _logins(operator)
        client(command("a", "GET"))

        assert _logins(operator) == logins_before + 1
        assert operator.info("stats")["total_connections_received"] == connections_before


def _logins(operator: Any) -> int:
    return int(operator.info("commandstats").get("cmdstat_auth", {"calls": 0})["calls"])


def until_answered(client: Client, effect: RedisRequest) -> Any:
    """Ask until the cluster has recovered."""
    while True:
        try:
            return client(effect)
        except (UnavailableError, TimedOutError):
            time.sleep(0.05)


def test_a_scan_finds_every_key_that_matches_on_all_nodes(real_redis: RealRedis, connect: Any) -> None:
    names = [f"user:{number}:x" for number in range(3000)]
    with connect(real_redis.connection) as client:
        client(RedisBatch(requests=tuple(command(name, "SET", "1") for name in (*names, "other:1", "user:1:y"))))
        client(command("user:set:x", "SADD", "member"))

        assert client(RedisScan(pattern="user:*:x")) == sorted(name.encode() for name in (*names, "user:set:x"))
        assert client(RedisScan(pattern="user:*:x", type="set")) == [b"user:set:x"]
        assert client(RedisScan(pattern="nobody:*")) == []


def test_a_scan_that_a_node_does_not_answer_is_an_error_rather_than_half_an_answer(
    real_redis: RealRedis, connect: Any
) -> None:
    with connect(real_redis.connection) as client:
        client(RedisScan(pattern="*"))
        with real_redis.hung(real_redis.primary_of("a")), pytest.raises(TimedOutError):
            client(RedisScan(pattern="*"))
