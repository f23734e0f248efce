from __future__ import annotations

from pathlib import Path

import pytest

from environments import load
from environments.arns import cache_arns
from environments.replication_groups import replication_groups
from environments.schema import RedisSettings, ServerlessRedisSettings
from tests.environments.conftest import ProblemsOf, WriteEnvironment

ARN = "arn:aws:elasticache:us-east-1:111111111111:serverlesscachesnapshot:before"


def serverless(directory: Path, write: WriteEnvironment, settings: str = "") -> ServerlessRedisSettings:
    write(f"redis: {{kind: serverless{settings}}}\n")
    redis = load("dev", directory=directory).redis
    assert isinstance(redis, ServerlessRedisSettings)
    return redis


def test_redis_is_a_replication_group_unless_told_otherwise(directory: Path, write: WriteEnvironment) -> None:
    write("redis: {shards: 2}\n")

    redis = load("dev", directory=directory).redis

    assert isinstance(redis, RedisSettings)
    assert (redis.kind, redis.shards) == ("cluster", 2)


def test_a_serverless_cache_is_limited_unless_told_otherwise(directory: Path, write: WriteEnvironment) -> None:
    redis = serverless(directory, write)

    assert (redis.engine, redis.version) == ("valkey", "8")
    assert (redis.data_storage_gb.maximum, redis.ecpu_per_second.maximum) == (10, 20_000)


def test_clients_reach_both_ports_of_a_serverless_cache(directory: Path, write: WriteEnvironment) -> None:
    redis = serverless(directory, write)

    assert (redis.port, redis.last_port) == (6379, 6380)


def test_a_serverless_environment_has_a_cache_and_no_replication_group(
    directory: Path, write: WriteEnvironment
) -> None:
    serverless(directory, write)
    environment = load("dev", directory=directory)

    assert replication_groups(environment) == ()
    assert [arn.rpartition(":serverlesscache:")[2] for arn in cache_arns(environment)] == ["tierstore-dev"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("kind: nodes", 'redis.kind: given "nodes", allowed cluster or serverless'),
        ("kind: serverless, shards: 3", "redis.shards: unknown, allowed accepted_risks, daily_snapshot_time"),
        (
            "kind: serverless, engine: redis, major_version: '8'",
            'redis.major_version: given "8", allowed for serverless',
        ),
        ("kind: serverless, data_storage_gb: {maximum: 5001}", "redis.data_storage_gb.maximum: given 5001, allowed"),
        ("kind: serverless, ecpu_per_second: {maximum: 999}", "redis.ecpu_per_second.maximum: given 999, allowed"),
        (
            "kind: serverless, data_storage_gb: {minimum: 20, maximum: 10}",
            "redis.data_storage_gb.minimum: given 20, allowed up to the maximum, 10",
        ),
        ("kind: serverless, daily_snapshot_time: '24:00'", 'redis.daily_snapshot_time: given "24:00", allowed hh:mm'),
        ("kind: serverless, restore_from: [nightly]", 'redis.restore_from[0]: given "nightly", allowed the ARN of'),
        (
            f"kind: serverless, restore_from: ['{ARN.replace('us-east-1', 'eu-west-1')}']",
            "redis.restore_from[0]: given",
        ),
    ],
)
def test_what_does_not_fit_is_refused(problems_of: ProblemsOf, settings: str, problem: str) -> None:
    [found] = problems_of(f"redis: {{{settings}}}\n")

    assert f": {problem}" in found
