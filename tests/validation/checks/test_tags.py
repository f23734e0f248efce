from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

import environments
from environments.arns import cache_arns
from environments.schema import ServerlessRedisSettings
from tierstore.model import DATA_MODEL
from validation.checks.tags import cost_tags
from validation.clients import Clients
from validation.context import Context
from validation.framework.result import Status
from validation.framework.runner import Task, examine
from validation.live import redis, tags


class ServerlessContext(Context):
    """`local` with a serverless cache that has some tags."""

    def __init__(self, tags_of_cache: dict[str, str]) -> None:
        settings = ServerlessRedisSettings(kind="serverless")
        local = environments.load("local").model_copy(update={"redis": settings})
        super().__init__(local, DATA_MODEL, cast("Clients", None))
        self._tags = tags_of_cache

    def ask(self, question: Callable[..., Any], *args: Any, **_: Any) -> Any:
        (arn,) = cache_arns(self.environment)
        return {
            (redis.serverless_cache, self.environment.serverless_cache_name): {"Status": "available"},
            (tags.of_cache, arn): self._tags,
        }[question, *args]


def test_a_cache_without_nodes_has_no_logs_of_them() -> None:
    nodes = Context(environments.load("local"), DATA_MODEL, cast("Clients", None))

    assert set(cost_tags.resources(nodes)) - set(cost_tags.resources(ServerlessContext({}))) == {"logs of Redis"}


def test_buckets_without_copies_in_the_other_region_have_none_to_look_at() -> None:
    local = environments.load("local")
    alone = {name: settings.model_copy(update={"replication": None}) for name, settings in local.buckets.items()}
    copied, kept = (
        set(cost_tags.resources(Context(environment, DATA_MODEL, cast("Clients", None))))
        for environment in (local, local.model_copy(update={"buckets": alone}))
    )

    assert copied - kept == {"copies of buckets"}


@pytest.mark.parametrize(
    ("tagged", "expected"),
    [
        ({"Project": "tierstore", "Environment": "local", "ManagedBy": "terraform", "Name": "x"}, Status.PASSED),
        ({"Project": "tierstore", "ManagedBy": "terraform"}, Status.FAILED),
    ],
    ids=["complete", "nobody's"],
)
def test_a_serverless_cache_has_the_tags_by_which_costs_are_found(tagged: dict[str, str], expected: Status) -> None:
    assert examine(Task(check=cost_tags, resource="caches"), ServerlessContext(tagged)).status is expected
