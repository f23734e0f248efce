from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import DataStorageLimits, ProcessingLimits, ServerlessRedisSettings
from monitoring import redis, serverless_redis
from monitoring.alarm import Alarm
from monitoring.dashboard import render_dashboard


@pytest.fixture
def serverless() -> Environment:
    """An environment whose serverless cache stores up to 10 GB and does up to 5,000 ECPU a second."""
    return with_limits(stored=10, done=5_000)


def with_limits(*, stored: int | None, done: int | None) -> Environment:
    return Environment(
        name="test",
        description="An environment for tests",
        account="123456789012",
        region="eu-central-1",
        redis=ServerlessRedisSettings(
            kind="serverless",
            data_storage_gb=DataStorageLimits(maximum=stored),
            ecpu_per_second=ProcessingLimits(maximum=done),
        ),
    )


def by_rule(environment: Environment) -> dict[str, Alarm]:
    return {alarm.rule.id: alarm for alarm in serverless_redis.alarms(environment)}


def test_every_rule_watches_the_one_cache(serverless: Environment) -> None:
    alarms = by_rule(serverless)

    assert alarms.keys() == {rule.id for rule in serverless_redis.RULES}
    assert all(alarm.dimensions == ({"clusterId": "tierstore-test"},) for alarm in alarms.values())
    assert alarms["throttling"].name == "tierstore-test-redis-serverless-throttling"


def test_a_limit_is_compared_with_what_is_used_of_it(serverless: Environment) -> None:
    alarms = by_rule(serverless)

    assert alarms["storage"].expression == f"100 * m1 / {10 * 1024**3}.0"
    assert alarms["processing"].expression == "100 * m1 / 300000.0"  # in a minute


def test_a_limit_that_is_not_set_has_no_alarm() -> None:
    unlimited = by_rule(with_limits(stored=None, done=None))

    assert not unlimited.keys() & {"storage", "processing"}
    assert "throttling" in unlimited


def test_there_are_no_nodes_to_watch(serverless: Environment) -> None:
    assert list(redis.alarms(serverless)) == []


def test_an_environment_with_nodes_has_no_such_alarm(serverless: Environment) -> None:
    nodes = Environment.model_validate(serverless.model_dump(exclude={"redis"}))

    assert list(serverless_redis.alarms(nodes)) == []


def test_the_dashboard_draws_what_is_used_of_each_limit(serverless: Environment) -> None:
    alarms = tuple(serverless_redis.alarms(serverless))

    graphs = [widget["properties"] for widget in render_dashboard(serverless, alarms)["widgets"]]

    (storage,) = [graph for graph in graphs if graph.get("title") == "The limit of storage is near"]
    assert storage["metrics"][-1][0]["expression"] == f"100 * a1m1 / {10 * 1024**3}.0"
