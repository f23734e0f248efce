"""What a user may not do, tried; with a real cluster in `test_breaks.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import pytest
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import MovedError, NoPermissionError

import environments
from environments.schema import ServerlessRedisSettings
from tests.validation.checks.test_serverless_redis import LIVE, ToldContext
from validation.checks import redis_rights
from validation.framework.result import Status
from validation.framework.runner import Task, examine

Answer = Callable[..., Any]


def refuse(*_: str) -> None:
    raise NoPermissionError


def answer(*_: str) -> str:
    return "value"


def lead_elsewhere(*_: str) -> None:
    raise MovedError("1 cache.example:6380")


def lose(*_: str) -> None:
    raise LostError


class Cache:
    """A serverless cache whose one node answers commands as it is told; it refuses every other."""

    endpoint = "cache.example:6379"

    def __init__(self, command: str, told: Answer) -> None:
        self._command, self._told = command, told

    def node(self, _: str) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def execute_command(self, *command: str) -> Any:
        return (self._told if command[0] == self._command else refuse)(*command)


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> Callable[[Cache], Status]:
    """How the check of a serverless cache ends."""

    def ended(cache: Cache) -> Status:
        monkeypatch.setattr("validation.checks.serverless_redis.reach_endpoint", lambda *_, **__: cache)
        local = environments.load("local")
        context = ToldContext(local.model_copy(update={"redis": ServerlessRedisSettings(kind="serverless")}), LIVE)
        [resource] = redis_rights.rights.resources(context)
        return examine(Task(check=redis_rights.rights, resource=resource), context).status

    return ended


def test_a_cache_that_refuses_everything_passes(ended: Callable[[Cache], Status]) -> None:
    assert ended(Cache("none", answer)) is Status.PASSED


@pytest.mark.parametrize("command", ["GET", "UNLINK", "SCAN", "ACL"])
@pytest.mark.parametrize("told", [answer, lead_elsewhere])
def test_a_cache_that_does_not_refuse_fails(ended: Callable[[Cache], Status], command: str, told: Answer) -> None:
    assert ended(Cache(command, told)) is Status.FAILED


def test_a_cache_that_says_neither_has_not_passed(ended: Callable[[Cache], Status]) -> None:
    assert ended(Cache("GET", lose)) is not Status.PASSED
