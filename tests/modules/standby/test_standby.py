from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import IPv4Network

import pytest

import environments
from environments import Deployment, Environment
from environments.schema import CreatedNetwork, RedisReplica
from modules.stack import EnvironmentStack
from tests.modules.template import Block, Template, app, statements, template
from tierstore.model import DATA_MODEL

THERE = "aws.disaster_recovery"


@pytest.fixture(scope="module")
def environment() -> Environment:
    """`prod` with a replica of Redis."""
    prod = environments.load("prod")
    replica = RedisReplica(network=CreatedNetwork(cidr=IPv4Network("10.99.0.0/16"), interface_endpoints=("ssm",)))
    return prod.model_copy(update={"redis": prod.redis.model_copy(update={"replica": replica})})


@pytest.fixture(scope="module")
def with_a_replica(environment: Environment) -> Template:
    deployment = Deployment(environment=environment, sandbox=None)
    return template(EnvironmentStack(app(), deployment=deployment, model=DATA_MODEL))


def standing_by(template: Template) -> Iterator[tuple[str, Block]]:
    for part in ("resource", "data"):
        for kind, resources in template.document[part].items():
            yield from ((kind, body) for name, body in resources.items() if name.startswith("standby_"))


def test_everything_that_stands_by_lives_in_the_other_region(with_a_replica: Template) -> None:
    found = list(standing_by(with_a_replica))

    assert {body.get("provider") for _, body in found} == {THERE}
    assert {kind for kind, _ in found} >= {
        "aws_cloudwatch_metric_alarm",
        "aws_elasticache_replication_group",
        "aws_elasticache_user_group",
        "aws_kms_key",
        "aws_security_group",
        "aws_sns_topic",
        "aws_ssm_parameter",
        "aws_vpc",
    }


def test_each_store_there_has_the_key_that_is_meant_for_it(with_a_replica: Template) -> None:
    keys = {
        kind: body[attribute]
        for kind, body in standing_by(with_a_replica)
        for attribute in ("kms_key_id", "kms_master_key_id")
        if kind in ("aws_elasticache_replication_group", "aws_cloudwatch_log_group", "aws_sns_topic")
        and attribute in body
    }

    assert "keys_redis" in keys["aws_elasticache_replication_group"]
    assert "keys_logs" in keys["aws_cloudwatch_log_group"]
    assert "keys_alarms" in keys["aws_sns_topic"]


def test_its_network_leads_to_the_copies_of_the_environment_s_data(with_a_replica: Template) -> None:
    policies = {
        body["service_name"]: statements(body["policy"])
        for kind, body in standing_by(with_a_replica)
        if kind == "aws_vpc_endpoint"
    }

    account = "us-west-2:333333333333"
    assert policies["com.amazonaws.us-west-2.dynamodb"]["OwnData"]["Resource"] == [
        f"arn:aws:dynamodb:{account}:table/tierstore-prod-*"
    ]
    assert "arn:aws:s3:::tierstore-prod-*" in policies["com.amazonaws.us-west-2.s3"]["OwnData"]["Resource"]
    assert policies["com.amazonaws.us-west-2.ssm"]["OwnAccount"]["Resource"] == (
        f"arn:aws:ssm:{account}:parameter/tierstore/prod/*"
    )


def test_applications_find_it_under_the_name_that_they_know(with_a_replica: Template) -> None:
    parameter = with_a_replica.one("aws_ssm_parameter", name="/tierstore/prod/connection", provider=THERE)

    document = json.loads(parameter["insecure_value"])
    assert (document["environment"], document["region"]) == ("prod", "us-west-2")
    assert document["redis"]["replication_group_id"] == "tierstore-prod-replica"
    assert document["redis"]["user"] == "tierstore-prod-replica-app"
    assert document["buckets"].keys() == {bucket.name for bucket in DATA_MODEL.buckets}
    assert document["redis"] == with_a_replica.document["output"]["standby"]["value"]["redis"]


def test_its_document_names_the_tables_that_have_a_copy_there(environment: Environment) -> None:
    tables = {name: environment.table(name).model_copy(update={"replica": None}) for name in ("core", "state")}
    without = environment.model_copy(update={"tables": tables})

    deployment = Deployment(environment=without, sandbox=None)
    found = template(EnvironmentStack(app(), deployment=deployment, model=DATA_MODEL))

    parameter = found.one("aws_ssm_parameter", name="/tierstore/prod/connection", provider=THERE)
    assert json.loads(parameter["insecure_value"])["tables"] == {}


def test_its_nodes_are_watched_and_how_far_behind_they_are(with_a_replica: Template) -> None:
    alarms = [body for kind, body in standing_by(with_a_replica) if kind == "aws_cloudwatch_metric_alarm"]

    behind = [alarm for alarm in alarms if alarm.get("metric_name") == "GlobalDatastoreReplicationLag"]
    nodes = {alarm["dimensions"]["CacheClusterId"] for alarm in behind}
    assert len(nodes) == len(behind) == 9
    assert all(node.startswith("tierstore-prod-replica-000") for node in nodes)


def test_applications_may_log_in_there_and_read_where_it_is(with_a_replica: Template) -> None:
    policy = with_a_replica.one("aws_iam_role_policy", name="tierstore-prod-application")["policy"]

    found = statements(policy)
    assert {
        "arn:aws:elasticache:us-west-2:333333333333:replicationgroup:tierstore-prod-replica",
        "arn:aws:elasticache:us-west-2:333333333333:user:tierstore-prod-replica-app",
    } <= set(found["RedisLogin"]["Resource"])
    document = "arn:aws:ssm:us-west-2:333333333333:parameter/tierstore/prod/connection"
    assert document in found["ConnectionDocument"]["Resource"]


def test_who_is_on_call_may_promote_it(with_a_replica: Template) -> None:
    policy = with_a_replica.one("aws_iam_role_policy", name="tierstore-prod-operator")["policy"]

    assert statements(policy)["FailoverBetweenRegions"]["Resource"] == [
        "arn:aws:elasticache::333333333333:globalreplicationgroup:*-tierstore-prod",
        "arn:aws:elasticache:us-east-1:333333333333:replicationgroup:tierstore-prod",
        "arn:aws:elasticache:us-west-2:333333333333:replicationgroup:tierstore-prod-replica",
    ]


def test_without_a_replica_nothing_stands_by() -> None:
    deployment = Deployment(environment=environments.load("prod"), sandbox=None)

    found = template(EnvironmentStack(app(), deployment=deployment, model=DATA_MODEL))

    assert list(standing_by(found)) == []
    assert "standby" not in found.document["output"]
