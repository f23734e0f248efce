"""Engine versions and what follows from them."""

from __future__ import annotations

import pytest

from environments.elasticache import Engine
from environments.schema import RedisSettings


@pytest.mark.parametrize(
    ("engine", "given", "version", "family"),
    [
        ("redis", None, "7.1", "redis7"),
        ("redis", "7.0", "7.0", "redis7"),
        ("valkey", None, "9.1", "valkey9"),
        ("valkey", "7.2", "7.2", "valkey7"),
        ("valkey", "8.2", "8.2", "valkey8"),
    ],
)
def test_the_version_decides_the_parameter_group_family(
    engine: Engine, given: str | None, version: str, family: str
) -> None:
    redis = RedisSettings(engine=engine, engine_version=given)

    assert (redis.version, redis.parameter_group_family) == (version, family)


def test_primaries_and_replicas_are_nodes() -> None:
    assert RedisSettings(shards=3, replicas_per_shard=2).nodes == 9
