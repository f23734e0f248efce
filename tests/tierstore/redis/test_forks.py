"""A forked child talks to Redis over connections of its own."""

from __future__ import annotations

import os

import pytest

from tests.tierstore.real_redis import RealRedis
from tierstore.aws import Aws
from tierstore.redis.effects import RedisRequest
from tierstore.redis.transport import RedisTransport


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_child_does_not_read_its_parents_replies(real_redis: RealRedis) -> None:
    transport = RedisTransport(Aws(real_redis.connection), real_redis.connection.redis)
    own_connection = RedisRequest(key="a", command=("CLIENT", "ID"))
    of_parent = transport.carry_out(own_connection)

    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, str(transport.carry_out(own_connection)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    of_child = int(os.read(reader, 100))

    assert of_child != of_parent
    assert transport.carry_out(own_connection) == of_parent
    transport.close()
    os.close(reader)
    os.close(writer)
