"""Redis that cannot be reached: skipped where that is normal, failed where it is not, never passed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.validation.breaks.breaking import AlteredContext
from validation.checks import CHECKS
from validation.context import Context
from validation.framework.check import Check
from validation.framework.result import Result, Status
from validation.framework.runner import Task, examine
from validation.live import redis

DATA_CHECKS = [
    check
    for check in CHECKS
    if check.id
    in {"redis.tls", "redis.login", "redis.slots", "redis.replicas", "redis.round_trip", "redis.replica_reads"}
]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, and nobody else can take."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def out_of_reach(fresh_context: Callable[[], Context], closed_port: int) -> Context:
    """The deployed `local`, its Redis said to be where nobody answers."""

    def move(group: Any) -> Any:
        return {**group, "ConfigurationEndpoint": {"Address": "127.0.0.1", "Port": closed_port}}

    return AlteredContext(fresh_context(), redis.replication_group, move)


def on_aws(context: Context) -> Context:
    context.environment = context.environment.model_copy(update={"target": "aws"})
    return context


def result(check: Check[Context], context: Context) -> Result:
    return examine(Task(check=check, resource="tierstore-local"), context)


@pytest.mark.integration
@pytest.mark.parametrize("check", DATA_CHECKS, ids=lambda check: check.id)
def test_in_a_vpc_it_is_skipped_with_how_to_run_inside(check: Check[Context], out_of_reach: Context) -> None:
    found = result(check, on_aws(out_of_reach))

    assert found.status is Status.SKIPPED
    assert "`python -m validation run local --only redis --inside-vpc`" in found.reason
    assert "tierstore-local-clients" in found.reason


@pytest.mark.integration
@pytest.mark.parametrize("check", DATA_CHECKS, ids=lambda check: check.id)
def test_on_the_sandbox_it_is_a_failure(check: Check[Context], out_of_reach: Context) -> None:
    found = result(check, out_of_reach)

    assert found.status is Status.FAILED
    assert [(finding.expected, finding.found) for finding in found.findings] == [("accepted", "Connection refused")]


@pytest.mark.integration
def test_inside_the_vpc_it_is_a_failure(out_of_reach: Context) -> None:
    inside = on_aws(out_of_reach)
    inside.inside_vpc = True

    assert result(DATA_CHECKS[0], inside).status is Status.FAILED
