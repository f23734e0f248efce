"""What those who run an environment may do with Redis that stands by in another region, or is serverless."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from environments import Environment
from environments.schema import CreatedNetwork, RedisReplica, RedisSettings, ServerlessRedisSettings
from modules.access.operations import Place, render_operations
from modules.access.statements import DataKeys
from modules.policy import Statement
from tierstore.model import DATA_MODEL

ELASTICACHE = "arn:aws:elasticache:{region}:123456789012"
KEY = "arn:aws:kms:{region}:123456789012:key/some"


@pytest.fixture(scope="module")
def with_a_replica(recoverable: Environment) -> Environment:
    replica = RedisReplica(network=CreatedNetwork(cidr=IPv4Network("10.41.0.0/16")))
    return recoverable.model_copy(update={"redis": RedisSettings(replica=replica)})


def statements(environment: Environment, persona: str) -> dict[str, Statement]:
    keys = DataKeys(dynamodb=KEY, s3=KEY, s3_replica=KEY)
    rendered = render_operations(Place(environment=environment, model=DATA_MODEL, keys=keys))[persona]
    return {statement["Sid"]: statement for statement in rendered}


def test_the_operator_promotes_either_side(with_a_replica: Environment) -> None:
    failover = statements(with_a_replica, "operator")["FailoverBetweenRegions"]

    assert failover["Resource"] == [
        f"{ELASTICACHE.format(region='')}:globalreplicationgroup:*-tierstore-test",
        f"{ELASTICACHE.format(region='eu-central-1')}:replicationgroup:tierstore-test",
        f"{ELASTICACHE.format(region='eu-west-1')}:replicationgroup:tierstore-test-replica",
    ]


def test_where_nothing_stands_by_there_is_nothing_to_promote(recoverable: Environment) -> None:
    assert "FailoverBetweenRegions" not in statements(recoverable, "operator")


def test_copies_are_read_by_s3_of_their_own_region(recoverable: Environment) -> None:
    key = statements(recoverable, "validator")["KeyOfCopies"]

    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}


def test_applications_log_in_to_either_side(with_a_replica: Environment) -> None:
    login = statements(with_a_replica, "validator")["RedisLogin"]

    assert [arn for arn in login["Resource"] if ":replicationgroup:" in arn] == [
        f"{ELASTICACHE.format(region='eu-central-1')}:replicationgroup:tierstore-test",
        f"{ELASTICACHE.format(region='eu-west-1')}:replicationgroup:tierstore-test-replica",
    ]


@pytest.fixture(scope="module")
def serverless(environment: Environment) -> Environment:
    return environment.model_copy(update={"redis": ServerlessRedisSettings(kind="serverless")})


def test_a_serverless_cache_has_nothing_to_fail_over(environment: Environment, serverless: Environment) -> None:
    for persona in ("operator", "validator"):
        assert "Failover" in statements(environment, persona)
        assert "Failover" not in statements(serverless, persona)


def test_snapshots_of_a_serverless_cache_have_names_of_their_own(serverless: Environment) -> None:
    snapshots = statements(serverless, "backup")["Snapshots"]

    assert "elasticache:CreateServerlessCacheSnapshot" in snapshots["Action"]
    assert snapshots["Resource"] == [
        f"{ELASTICACHE.format(region='eu-central-1')}:serverlesscache:tierstore-test",
        f"{ELASTICACHE.format(region='eu-central-1')}:serverlesscachesnapshot:tierstore-test-*",
    ]
