from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

import environments
from environments.redis_users import user_names
from environments.schema import CreatedNetwork, RedisReplica
from environments.standby import standby as standby_of
from monitoring import standby_alarms
from tests.validation.not_deployed import STANDBY_IDS
from tierstore.model import DATA_MODEL
from validation.checks import CHECKS, standby
from validation.clients import Clients
from validation.context import Context
from validation.framework.check import Check
from validation.framework.result import Status
from validation.framework.runner import Task, examine
from validation.live import cloudwatch, redis, ssm

HERE, THERE = "tierstore-local", "tierstore-local-replica"
JOINED = {"GlobalReplicationGroupInfo": {"GlobalReplicationGroupId": "ldgnf-tierstore-local"}}
MEMBERS = [
    {"ReplicationGroupId": name, "ReplicationGroupRegion": region, "Role": role, "Status": "associated"}
    for name, region, role in ((HERE, "us-east-1", "PRIMARY"), (THERE, "us-west-2", "SECONDARY"))
]
DATASTORE = {
    "Status": "available",
    "CacheNodeType": "cache.r7g.large",
    "GlobalNodeGroups": [{}, {}, {}],
    "Members": MEMBERS,
}

Answers = Mapping[Callable[..., Any], Any]


class ToldContext(Context):
    """A context that is told what AWS answers in the other region."""

    def __init__(self, environment: environments.Environment, answers: Answers) -> None:
        super().__init__(environment, DATA_MODEL, cast("Clients", None))
        self._told = answers

    @property
    def standby(self) -> Context:
        there = standby_of(self.environment)
        assert there is not None
        return ToldContext(there, self._told)

    def ask(self, question: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:  # noqa: ARG002 - canned
        return self._told[question]


@pytest.fixture(scope="module")
def environment() -> environments.Environment:
    """`local` with a replica of Redis."""
    local = environments.load("local")
    replica = RedisReplica(network=CreatedNetwork(interface_endpoints=("ssm",)))
    redis_settings = local.redis.model_copy(update={"node_type": "cache.r7g.large", "replica": replica})
    return local.model_copy(update={"redis": redis_settings})


def status(check: Check[Context], environment: environments.Environment, answers: Answers) -> Status:
    context = ToldContext(environment, answers)
    return examine(Task(check=check, resource=check.resources(context)[0]), context).status


def test_every_check_of_it_has_something_to_examine(environment: environments.Environment) -> None:
    context = ToldContext(environment, {})

    assert [check.id for check in CHECKS if check.id in STANDBY_IDS and not check.resources(context)] == []


def test_without_a_replica_nothing_is_examined() -> None:
    context = ToldContext(environments.load("local"), {})

    assert [check.id for check in CHECKS if check.id in STANDBY_IDS and check.resources(context)] == []


def test_a_global_datastore_as_declared_passes(environment: environments.Environment) -> None:
    answers = {redis.replication_group: JOINED, redis.global_datastore: DATASTORE}

    assert status(standby.global_datastore, environment, answers) is Status.PASSED


@pytest.mark.parametrize(
    "broken",
    [
        {"Status": "modifying"},
        {"CacheNodeType": "cache.r7g.xlarge"},
        {"GlobalNodeGroups": [{}]},
        {"Members": MEMBERS[:1]},
        {"Members": [{**member, "Role": "PRIMARY"} for member in MEMBERS]},
    ],
    ids=["busy", "other nodes", "other shards", "left alone", "failed over"],
)
def test_a_global_datastore_that_is_otherwise_fails(
    environment: environments.Environment, broken: dict[str, Any]
) -> None:
    answers = {redis.replication_group: JOINED, redis.global_datastore: {**DATASTORE, **broken}}

    assert status(standby.global_datastore, environment, answers) is Status.FAILED


def test_a_replica_that_has_left_fails(environment: environments.Environment) -> None:
    assert status(standby.global_datastore, environment, {redis.replication_group: {}}) is Status.FAILED


@pytest.mark.parametrize(("state", "expected"), [("OK", Status.PASSED), ("ALARM", Status.FAILED)])
def test_a_replica_that_is_behind_fails(environment: environments.Environment, state: str, expected: Status) -> None:
    there = standby_of(environment)
    assert there is not None
    live = {alarm.name: {"StateValue": state} for alarm in standby_alarms(environment, there, DATA_MODEL)}

    assert status(standby.lag, environment, {cloudwatch.metric_alarms: live}) is expected


@pytest.mark.parametrize("check", [standby.lag, standby.watched], ids=lambda check: check.id)
def test_missing_alarms_fail(environment: environments.Environment, check: Check[Context]) -> None:
    assert status(check, environment, {cloudwatch.metric_alarms: {}}) is Status.FAILED


def test_a_check_of_redis_is_asked_there_too(environment: environments.Environment) -> None:
    answers = {redis.replication_group: {"TransitEncryptionEnabled": False, "TransitEncryptionMode": "preferred"}}

    context = ToldContext(environment, answers)
    assert standby.transit_encryption.resources(context) == [THERE]
    assert status(standby.transit_encryption, environment, answers) is Status.FAILED


@pytest.mark.parametrize(
    ("host", "said", "expected"),
    [
        ("there.example", {}, Status.PASSED),
        ("elsewhere.example", {}, Status.FAILED),
        ("there.example", {"region": "us-east-1"}, Status.FAILED),
        ("there.example", {"environment": "prod"}, Status.FAILED),
    ],
)
def test_a_document_that_leads_elsewhere_fails(
    environment: environments.Environment, host: str, said: dict[str, str], expected: Status
) -> None:
    there = standby_of(environment)
    assert there is not None
    reached = {"port": 6379, "tls": True, "user": f"{THERE}-app", "authentication": "iam"}
    document = {
        "environment": "local",
        "region": "us-west-2",
        "redis": {"replication_group_id": THERE, "host": host, **reached},
        "redis_users": user_names(there),
        **said,
    }
    group = {"ReplicationGroupId": THERE, "ConfigurationEndpoint": {"Address": "there.example", "Port": 6379}}

    answers = {ssm.parameter: json.dumps(document), redis.replication_group: group}
    assert status(standby.document, environment, answers) is expected
