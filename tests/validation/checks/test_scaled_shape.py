"""A replication group that autoscaling has moved away from the shape that it began with."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from environments.schema import RedisScaling, Scaled, ScaledShards
from validation.checks import CHECKS
from validation.clients import Clients
from validation.context import Context
from validation.drill.stage import Settings, set_stage
from validation.framework.result import Status
from validation.framework.runner import Task, examine

GROUP = "tierstore-local"
AUTOSCALING = RedisScaling(shards=ScaledShards(minimum=2, maximum=6), replicas=Scaled(minimum=1, maximum=2))
OF_SHAPE = [
    check
    for check in CHECKS
    if check.id
    in {
        "redis.available",
        "redis.engine",
        "redis.failover",
        "redis.login",
        "redis.parameters",
        "redis.replica_reads",
        "redis.replicas",
        "redis.round_trip",
        "redis.shape",
        "redis.slots",
        "redis.tls",
    }
]


@pytest.fixture(scope="module")
def scaled(clients: Clients) -> Iterator[None]:
    """The deployed `local` with a shard more, and a replica more in each; as it was afterwards."""
    elasticache: Any = clients.elasticache

    def change(call: str, **parameters: Any) -> None:
        getattr(elasticache, call)(ReplicationGroupId=GROUP, ApplyImmediately=True, **parameters)
        deadline = time.monotonic() + 300
        while elasticache.describe_replication_groups(ReplicationGroupId=GROUP)["ReplicationGroups"][0]["Status"] != (
            "available"
        ):
            assert time.monotonic() < deadline
            time.sleep(0.2)

    change("modify_replication_group_shard_configuration", NodeGroupCount=4)
    change("increase_replica_count", NewReplicaCount=2)
    yield
    change("decrease_replica_count", NewReplicaCount=1)
    change("modify_replication_group_shard_configuration", NodeGroupCount=3, NodeGroupsToRemove=["0004"])


def autoscaled(context: Context) -> Context:
    redis = context.environment.redis.model_copy(update={"autoscaling": AUTOSCALING})
    context.environment = context.environment.model_copy(update={"redis": redis})
    return context


@pytest.mark.integration
@pytest.mark.usefixtures("scaled")
class TestScaled:
    @pytest.mark.parametrize("check", OF_SHAPE, ids=lambda check: check.id)
    def test_every_node_that_there_is_now_is_looked_at_and_right(
        self, check: Any, fresh_context: Callable[[], Context]
    ) -> None:
        result = examine(Task(check=check, resource=GROUP), autoscaled(fresh_context()))

        assert result.status is Status.PASSED, result

    def test_without_autoscaling_another_shape_is_wrong(self, fresh_context: Callable[[], Context]) -> None:
        shape = next(check for check in OF_SHAPE if check.id == "redis.shape")

        result = examine(Task(check=shape, resource=GROUP), fresh_context())

        wrong = {finding.what: (finding.expected, finding.found) for finding in result.findings if not finding.passed}
        assert wrong["shards"] == (3, 4)
        assert wrong["replicas of shard 0004"] == (1, 2)

    def test_a_drill_can_begin_on_a_shard_that_was_added(self, fresh_context: Callable[[], Context]) -> None:
        stage = set_stage(autoscaled(fresh_context()), Settings(shard="0004"))

        assert len(stage.shard.replicas) == 2
        assert stage.node_ids == tuple(f"{GROUP}-0004-{number:03}" for number in (1, 2, 3))
