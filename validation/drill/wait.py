"""A write that replicas confirm."""

from __future__ import annotations

from redis.cluster import RedisCluster
from redis.exceptions import RedisClusterException


def write_and_wait(client: RedisCluster, key: str, *command: str | int, replicas: int, milliseconds: int) -> int:
    """Send a write of `key`, and WAIT for `replicas` of them; returns how many have it in time.

    WAIT speaks of what its own connection wrote, so both go to the owner of the key on one connection, and neither is
    redirected or sent again. Raises `redis.RedisError` or `RedisClusterException` where the write was not acknowledged.
    """
    owner = client.get_node_from_key(key)  # type: ignore[no-untyped-call] # redis-py has no types here
    if owner is None:
        raise RedisClusterException(f"no node serves the slot of {key}")
    pipeline = client.get_redis_connection(owner).pipeline(transaction=False)
    pipeline.execute_command(*command)  # type: ignore[no-untyped-call] # likewise
    pipeline.execute_command("WAIT", replicas, milliseconds)  # type: ignore[no-untyped-call] # likewise
    written, confirmed = pipeline.execute(raise_on_error=False)
    if isinstance(written, Exception):
        raise written
    return confirmed if isinstance(confirmed, int) else 0
