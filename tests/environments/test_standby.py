from __future__ import annotations

from pathlib import Path

from environments import load
from environments.schema import CreatedNetwork, Environment, RedisSettings
from environments.standby import standby, with_standby
from tests.environments.conftest import WriteEnvironment

WITH_A_REPLICA = (
    "disaster_recovery_region: us-west-2\n"
    "endpoints: {dynamodb: https://vpce-0a1b2c3d.dynamodb.us-east-1.vpce.amazonaws.com}\n"
    "redis:\n"
    "  node_type: cache.r7g.large\n"
    "  replicas_per_shard: 2\n"
    "  restore_from: before\n"
    "  replica: {network: {kind: create, cidr: 10.41.0.0/16}, replicas_per_shard: 1}\n"
)


def test_without_a_replica_nothing_stands_by(environment: Environment) -> None:
    assert standby(environment) is None
    assert list(with_standby(environment)) == [environment]


def test_a_standby_is_an_environment_of_the_other_region(write: WriteEnvironment, directory: Path) -> None:
    write(WITH_A_REPLICA)

    there = standby(load("dev", directory=directory))

    assert there is not None
    assert (there.region, there.disaster_recovery_region) == ("us-west-2", None)
    assert there.endpoints == {}
    assert there.replication_group_id == "tierstore-dev-replica"
    assert there.physical_name("redis") == "tierstore-dev-replica-redis"
    assert isinstance(there.network, CreatedNetwork)
    assert str(there.network.cidr) == "10.41.0.0/16"


def test_a_standby_has_the_shards_of_its_primary_and_replicas_of_its_own(
    write: WriteEnvironment, directory: Path
) -> None:
    write(WITH_A_REPLICA)
    here = load("dev", directory=directory)

    there = standby(here)

    assert there is not None
    assert isinstance(there.redis, RedisSettings)
    assert isinstance(here.redis, RedisSettings)
    assert (there.redis.shards, there.redis.node_type) == (here.redis.shards, here.redis.node_type)
    assert (there.redis.replicas_per_shard, here.redis.replicas_per_shard) == (1, 2)
    assert (there.redis.replica, there.redis.restore_from) == (None, None)
