"""What stands by in the disaster recovery region, so that applications can run there."""

from __future__ import annotations

from collections.abc import Iterator

from environments.schema import Environment, RedisReplica, RedisSettings, ReplicationGroupSettings


def standby(environment: Environment) -> Environment | None:
    """The standby of an environment as an environment of its own: `<name>-replica` in the disaster recovery region.

    It has the network and the number of replicas of `redis.replica`, and everything else as the environment has it.
    None where no Redis stands by, as none of a serverless cache can.
    """
    redis, region = environment.redis, environment.disaster_recovery_region
    if not isinstance(redis, RedisSettings) or redis.replica is None or region is None:
        return None
    replica = redis.replica
    return environment.model_copy(
        update={
            "name": f"{environment.name}-replica",
            "region": region,
            "disaster_recovery_region": None,
            "endpoints": {},
            "network": replica.network,
            "redis": _follower(redis, replica),
        }
    )


def with_standby(environment: Environment) -> Iterator[Environment]:
    """The environment, and its standby where it has one."""
    yield environment
    if (there := standby(environment)) is not None:
        yield there


def _follower(redis: RedisSettings, replica: RedisReplica) -> RedisSettings:
    def update(group: ReplicationGroupSettings) -> dict[str, object]:
        # It begins with what its primary has.
        return {"replicas_per_shard": replica.replicas_per_shard or group.replicas_per_shard, "restore_from": None}

    separate = {use: group.model_copy(update=update(group)) for use, group in redis.separate if group is not None}
    return redis.model_copy(
        update={**update(redis), "replica": None, "separate": redis.separate.model_copy(update=separate)}
    )
