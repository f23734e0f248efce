from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from environments.schema import CreatedNetwork, RedisReplica, RedisSettings, ReplicationGroupSettings, SeparateGroups
from modules.redis import Caches, Place
from modules.redis.global_datastore import COMMON_ATTRIBUTES
from tests.modules.template import Block, Template, synthesized

REPLICA = RedisReplica(network=CreatedNetwork())
NEVER_GIVEN = (
    "at_rest_encryption_enabled", "engine", "engine_version", "node_type", "num_node_groups", "parameter_group_name",
    "snapshot_name", "transit_encryption_enabled", "transit_encryption_mode",
)  # fmt: skip
"""What the provider refuses beside `global_replication_group_id`."""


def caches(environment: Environment, *, follows: dict[str, str] | None = None, **settings: Any) -> Template:
    chosen = environment.model_copy(update={"redis": RedisSettings(node_type="cache.r7g.large", **settings)})
    place = Place(subnet_ids=["subnet-1"], security_group_id="sg-1", key_arn="arn:key", logs_key_arn="arn:logs-key")
    return synthesized(lambda stack: Caches(stack, "redis", environment=chosen, place=place, follows=follows))


def group(template: Template, id_: str = "tierstore-test") -> Block:
    return template.one("aws_elasticache_replication_group", replication_group_id=id_)


@pytest.fixture(scope="module")
def leading(environment: Environment) -> Template:
    """Replication groups with replicas elsewhere: the main one, and one for sessions."""
    return caches(environment, replica=REPLICA, separate=SeparateGroups(session=ReplicationGroupSettings()))


@pytest.fixture(scope="module")
def following(environment: Environment) -> Template:
    """Replication groups that are replicas: the main one, and one for sessions."""
    datastores = {"": "ldgnf-tierstore-test", "session": "ldgnf-tierstore-test-session"}
    return caches(environment, follows=datastores, separate=SeparateGroups(session=ReplicationGroupSettings()))


def test_without_a_replica_there_is_no_global_datastore(environment: Environment) -> None:
    template = caches(environment)

    assert template.all("aws_elasticache_global_replication_group") == []
    assert not set(COMMON_ATTRIBUTES) & set(group(template)["lifecycle"]["ignore_changes"])


def test_each_group_leads_a_global_datastore_of_its_own(leading: Template) -> None:
    found = leading.all("aws_elasticache_global_replication_group")

    assert [each["global_replication_group_id_suffix"] for each in found] == [
        "tierstore-test",
        "tierstore-test-session",
    ]
    assert {each["cache_node_type"] for each in found} == {"cache.r7g.large"}


def test_a_failover_between_regions_replaces_nothing(leading: Template) -> None:
    for datastore in leading.all("aws_elasticache_global_replication_group"):
        assert datastore["lifecycle"] == {"ignore_changes": ["primary_replication_group_id"]}


@pytest.mark.parametrize("attribute", ["engine_version", "node_type", "num_node_groups", "automatic_failover_enabled"])
def test_what_members_have_in_common_is_changed_by_the_global_datastore(leading: Template, attribute: str) -> None:
    assert attribute in group(leading)
    assert attribute in group(leading)["lifecycle"]["ignore_changes"]


def test_a_replica_is_given_nothing_that_it_has_from_its_primary(following: Template) -> None:
    replica = group(following)

    assert replica["global_replication_group_id"] == "ldgnf-tierstore-test"
    assert replica.keys().isdisjoint(NEVER_GIVEN)
    assert following.all("aws_elasticache_parameter_group") == []


def test_each_replica_follows_the_datastore_of_its_use(following: Template) -> None:
    sessions = group(following, "tierstore-test-session")

    assert sessions["global_replication_group_id"] == "ldgnf-tierstore-test-session"


def test_a_replica_has_what_belongs_to_its_region(following: Template) -> None:
    replica = group(following)

    assert (replica["kms_key_id"], replica["security_group_ids"]) == ("arn:key", ["sg-1"])
    assert replica["user_group_ids"] == ["${aws_elasticache_user_group.redis_access_group_172E7E31.user_group_id}"]
    assert [log["log_type"] for log in replica["log_delivery_configuration"]] == ["slow-log", "engine-log"]
