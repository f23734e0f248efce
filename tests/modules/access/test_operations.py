"""What those who run an environment may do where Redis stands by in another region."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from environments import Environment
from environments.schema import CreatedNetwork, RedisReplica, RedisSettings
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
