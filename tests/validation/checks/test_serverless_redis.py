from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

import pytest
from redis import AuthenticationError, ReadOnlyError

import environments
from environments.redis_users import redis_users, user_name
from environments.schema import DataStorageLimits, ServerlessRedisSettings
from tierstore.model import DATA_MODEL
from validation.checks import CHECKS, serverless_redis
from validation.checks.redis_data import EXPIRY_MILLISECONDS, SAFE_TLS
from validation.clients import Clients
from validation.context import Context
from validation.framework.check import Check
from validation.framework.result import Status, Unmet
from validation.framework.runner import Task, examine
from validation.live import kms, redis
from validation.redis.access import Address
from validation.redis.topology import SLOTS, Shard

NAME = "tierstore-local"
KEY = "arn:aws:kms:us-east-1:000000000000:key/1"
LIMITS = {"DataStorage": {"Maximum": 10}, "ECPUPerSecond": {"Maximum": 20_000}}
LIVE = {
    "ServerlessCacheName": NAME,
    "Status": "available",
    "Engine": "valkey",
    "MajorEngineVersion": "8",
    "CacheUsageLimits": LIMITS,
    "UserGroupId": NAME,
    "KmsKeyId": KEY,
    "SnapshotRetentionLimit": 7,
    "DailySnapshotTime": "03:00",
    "Endpoint": {"Address": "cache.example", "Port": 6379},
}
DEFAULT = {"UserName": "default", "AccessString": "off ~* -@all", "Authentication": {"Type": "no-password"}}
PERSONAS = {
    user.persona: {
        "UserName": user_name(environments.load("local"), user.persona),
        "AccessString": user.access_string,
        "Authentication": {"Type": "iam"},
    }
    for user in redis_users()
}
APPLICATION = PERSONAS["application"]
USERS = {**PERSONAS, "default": DEFAULT}
OWN = user_name(environments.load("local"), "validator")
ENDPOINT = Address(host="cache.example", port=6379)


class ToldContext(Context):
    """A context that is told how the live cache differs, and who its users are."""

    def __init__(
        self,
        environment: environments.Environment,
        live: Mapping[str, Any] | None,
        users: Mapping[str, Mapping[str, Any]] = USERS,
    ) -> None:
        super().__init__(environment, DATA_MODEL, cast("Clients", None))
        self._live = live
        self._users = users

    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - canned
        if question is redis.serverless_cache and self._live is None:
            raise Unmet(NAME, expected="exists", found="does not exist")
        answers: Mapping[Callable[..., Any], Callable[..., Any]] = {
            redis.serverless_cache: lambda _: self._live,
            redis.user_group: lambda _: {"UserIds": list(self._users)},
            redis.user: self._users.__getitem__,
            kms.key: lambda _: {"Arn": KEY},
        }
        return answers[question](*args)


@pytest.fixture(scope="module")
def environment() -> environments.Environment:
    """`local` with a serverless cache."""
    return environments.load("local").model_copy(update={"redis": ServerlessRedisSettings(kind="serverless")})


def status(check: Check[Context], context: Context) -> Status:
    return examine(Task(check=check, resource=check.resources(context)[0]), context).status


SETTINGS = [
    serverless_redis.available,
    serverless_redis.usage_limits,
    serverless_redis.access,
    serverless_redis.encryption,
    serverless_redis.snapshots,
]
EVERY = [*SETTINGS, serverless_redis.logins, serverless_redis.round_trip]


def test_none_of_these_checks_is_missing_here() -> None:
    nodes = Context(environments.load("local"), DATA_MODEL, cast("Clients", None))

    assert [check for check in CHECKS if check.id in {each.id for each in EVERY}] == EVERY
    assert [check.id for check in EVERY if check.resources(nodes)] == []


@pytest.mark.parametrize("check", SETTINGS, ids=lambda check: check.id)
def test_a_cache_as_declared_passes(environment: environments.Environment, check: Check[Context]) -> None:
    assert status(check, ToldContext(environment, LIVE)) is Status.PASSED


@pytest.mark.parametrize("check", EVERY, ids=lambda check: check.id)
def test_a_cache_that_is_missing_fails(environment: environments.Environment, check: Check[Context]) -> None:
    assert status(check, ToldContext(environment, None)) is Status.FAILED


@pytest.mark.parametrize(
    ("check", "broken"),
    [
        pytest.param(serverless_redis.available, {"Status": "modifying"}, id="busy"),
        pytest.param(serverless_redis.available, {"Engine": "redis"}, id="other engine"),
        pytest.param(serverless_redis.available, {"MajorEngineVersion": "7"}, id="older"),
        pytest.param(serverless_redis.usage_limits, {"CacheUsageLimits": {}}, id="without limits"),
        pytest.param(
            serverless_redis.usage_limits,
            {"CacheUsageLimits": {"ECPUPerSecond": {"Maximum": 20_000}}},
            id="stores without limit",
        ),
        pytest.param(
            serverless_redis.usage_limits,
            {"CacheUsageLimits": {**LIMITS, "ECPUPerSecond": {"Maximum": 50_000}}},
            id="does more",
        ),
        pytest.param(
            serverless_redis.usage_limits,
            {"CacheUsageLimits": {**LIMITS, "DataStorage": {"Minimum": 5, "Maximum": 10}}},
            id="holds ready",
        ),
        pytest.param(serverless_redis.access, {"UserGroupId": None}, id="open to everybody"),
        pytest.param(serverless_redis.encryption, {"KmsKeyId": None}, id="a key of AWS"),
        pytest.param(serverless_redis.encryption, {"KmsKeyId": f"{KEY}2"}, id="another key"),
        pytest.param(serverless_redis.snapshots, {"SnapshotRetentionLimit": 0}, id="no snapshots"),
        pytest.param(serverless_redis.snapshots, {"DailySnapshotTime": "12:00"}, id="at another time"),
    ],
)
def test_a_cache_that_is_otherwise_fails(
    environment: environments.Environment, check: Check[Context], broken: dict[str, Any]
) -> None:
    assert status(check, ToldContext(environment, {**LIVE, **broken})) is Status.FAILED


def test_a_limit_that_is_not_declared_must_not_be_live(environment: environments.Environment) -> None:
    settings = ServerlessRedisSettings(kind="serverless", data_storage_gb=DataStorageLimits(maximum=None))
    unlimited = environment.model_copy(update={"redis": settings})

    assert status(serverless_redis.usage_limits, ToldContext(unlimited, LIVE)) is Status.FAILED


def test_a_time_of_snapshots_matters_only_where_they_are_taken(environment: environments.Environment) -> None:
    settings = ServerlessRedisSettings(kind="serverless", snapshot_retention_days=0)
    without = environment.model_copy(update={"redis": settings})
    live = {**LIVE, "SnapshotRetentionLimit": 0, "DailySnapshotTime": None}

    assert status(serverless_redis.snapshots, ToldContext(without, live)) is Status.PASSED


@pytest.mark.parametrize(
    "users",
    [
        {**USERS, "default": {**DEFAULT, "AccessString": "on ~* +@all"}},
        {**USERS, "application": {**APPLICATION, "Authentication": {"Type": "password"}}},
        {**USERS, "reader": {**PERSONAS["reader"], "AccessString": APPLICATION["AccessString"]}},
        {**USERS, "guest": {**APPLICATION, "UserName": "guest"}},
        {name: user for name, user in USERS.items() if name != "application"},
    ],
    ids=["default is on", "password", "more than declared", "somebody else", "no application"],
)
def test_another_who_may_log_in_fails(
    environment: environments.Environment, users: Mapping[str, Mapping[str, Any]]
) -> None:
    assert status(serverless_redis.access, ToldContext(environment, LIVE, users)) is Status.FAILED


@dataclass(kw_only=True)
class Server:
    """What a cache answers its clients; as it stands, what it should."""

    tls: str = SAFE_TLS
    speaks_plain_text: bool = False
    lets_in: tuple[str, ...] = ("application",)
    slots: int = SLOTS
    writable: bool = True
    forgets: bool = True
    is_slow: bool = False
    """Whether it answers only after what lives for a moment has expired."""
    endpoint: Address = ENDPOINT
    values: dict[str, str] = field(default_factory=dict)

    def node(self, _: Address) -> Client:
        return Client(server=self, who="application")

    def stranger(self, _: Address, **login: str) -> Client:
        return Client(server=self, who=login.get("username", "nobody"))

    def expire(self, _: float) -> None:
        if self.forgets:
            self.values.clear()


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client of redis-py."""

    server: Server
    who: str

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is open."""

    def ping(self) -> bool:
        if self.who not in self.server.lets_in:
            raise AuthenticationError("WRONGPASS invalid username-password pair or user is disabled.")
        return True

    def set(self, key: str, value: str, *, px: int) -> bool:
        assert px > 0
        if not self.server.writable:
            raise ReadOnlyError("You can't write against a read only replica.")
        if self.server.is_slow and px <= EXPIRY_MILLISECONDS:
            self.server.values.pop(key, None)
        else:
            self.server.values[key] = value
        return True

    def get(self, key: str) -> str | None:
        return self.server.values.get(key)


@pytest.fixture
def used(environment: environments.Environment, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Status]:
    """How a check that uses the cache ends, where the cache answers like a server."""

    def used(check: Check[Context], server: Server) -> Status:
        shard = Shard(slots=(range(server.slots),), primary=server.endpoint, replicas=())
        monkeypatch.setattr(serverless_redis, "reach_endpoint", lambda *_, **__: server)
        monkeypatch.setattr(serverless_redis, "tls_of", lambda *_: server.tls)
        monkeypatch.setattr(serverless_redis, "speaks_plain_text", lambda _: server.speaks_plain_text)
        monkeypatch.setattr(serverless_redis, "topology", lambda _: (shard,))
        monkeypatch.setattr("time.sleep", server.expire)
        return status(check, ToldContext(environment, LIVE))

    return used


def test_a_cache_that_answers_slowly_passes(used: Callable[..., Status]) -> None:
    assert used(serverless_redis.round_trip, Server(is_slow=True)) is Status.PASSED


@pytest.mark.parametrize("check", [serverless_redis.logins, serverless_redis.round_trip], ids=lambda check: check.id)
def test_a_cache_that_serves_its_application_alone_passes(used: Callable[..., Status], check: Check[Context]) -> None:
    assert used(check, Server()) is Status.PASSED


@pytest.mark.parametrize(
    ("check", "server"),
    [
        pytest.param(serverless_redis.logins, Server(tls="no TLS"), id="no TLS"),
        pytest.param(serverless_redis.logins, Server(speaks_plain_text=True), id="also without TLS"),
        pytest.param(serverless_redis.logins, Server(lets_in=()), id="application kept out"),
        pytest.param(serverless_redis.logins, Server(lets_in=("application", "nobody")), id="nobody let in"),
        pytest.param(serverless_redis.logins, Server(lets_in=("application", OWN)), id="any password"),
        pytest.param(serverless_redis.logins, Server(lets_in=("application", "default")), id="default let in"),
        pytest.param(serverless_redis.round_trip, Server(slots=SLOTS - 1), id="a slot unserved"),
        pytest.param(serverless_redis.round_trip, Server(writable=False), id="read only"),
        pytest.param(serverless_redis.round_trip, Server(forgets=False), id="nothing expires"),
    ],
)
def test_a_cache_that_serves_otherwise_fails(
    used: Callable[..., Status], check: Check[Context], server: Server
) -> None:
    assert used(check, server) is Status.FAILED
