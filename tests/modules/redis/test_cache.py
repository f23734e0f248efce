from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from environments.redis_users import RedisUser, redis_users, user_name
from environments.schema import (
    RedisScaling,
    RedisSettings,
    ReplicationGroupSettings,
    Scaled,
    ScaledShards,
    SeparateGroups,
)
from modules.redis import Caches, Place
from tests.modules.template import Block, Template, synthesized


def cache(environment: Environment, **settings: Any) -> Template:
    chosen = environment.model_copy(update={"redis": RedisSettings(**settings)})
    return synthesized(
        lambda stack: Caches(
            stack,
            "redis",
            environment=chosen,
            place=Place(
                subnet_ids=["subnet-1", "subnet-2"],
                security_group_id="sg-1",
                key_arn="arn:key",
                logs_key_arn="arn:logs-key",
            ),
        )
    )


def group(template: Template, id_: str = "tierstore-test") -> Block:
    return template.one("aws_elasticache_replication_group", replication_group_id=id_)


@pytest.fixture(scope="module")
def by_default(environment: Environment) -> Template:
    return cache(environment)


@pytest.fixture(scope="module")
def valkey(environment: Environment) -> Template:
    return cache(environment, engine="valkey")


def test_the_cluster_has_the_shards_and_replicas_that_are_set(environment: Environment) -> None:
    replication_group = group(cache(environment, shards=5, replicas_per_shard=2))

    assert replication_group["cluster_mode"] == "enabled"
    assert replication_group["num_node_groups"] == 5
    assert replication_group["replicas_per_node_group"] == 2


def test_the_cluster_fails_over_by_itself_to_another_zone(by_default: Template) -> None:
    assert group(by_default)["automatic_failover_enabled"] is True
    assert group(by_default)["multi_az_enabled"] is True


def test_nobody_connects_without_tls(by_default: Template) -> None:
    assert group(by_default)["transit_encryption_enabled"] is True
    assert group(by_default)["transit_encryption_mode"] == "required"


def test_disks_are_encrypted_with_the_given_key(by_default: Template) -> None:
    assert group(by_default)["at_rest_encryption_enabled"] == "true"
    assert group(by_default)["kms_key_id"] == "arn:key"


def test_no_password_is_anywhere(by_default: Template) -> None:
    assert "auth_token" not in group(by_default)
    for user in by_default.all("aws_elasticache_user"):
        assert "passwords" not in user
        assert "passwords" not in user.get("authentication_mode", {})


@pytest.mark.parametrize("user", redis_users(), ids=lambda user: user.persona)
def test_each_persona_logs_in_with_iam_by_a_name_that_is_its_id(
    by_default: Template, environment: Environment, user: RedisUser
) -> None:
    name = user_name(environment, user.persona)
    found = by_default.one("aws_elasticache_user", user_name=name)

    assert found["user_id"] == name
    assert found["authentication_mode"] == {"type": "iam"}
    assert found["access_string"] == user.access_string


def test_the_default_user_is_ours_and_off(by_default: Template) -> None:
    user = by_default.one("aws_elasticache_user", user_name="default")

    assert user["user_id"] == "tierstore-test-default"
    assert user["access_string"] == "off ~* -@all"


def test_another_engine_changes_nothing_about_who_gets_in(by_default: Template, valkey: Template) -> None:
    for kind in ("aws_elasticache_user", "aws_elasticache_user_group"):
        assert valkey.document["resource"][kind] == by_default.document["resource"][kind]


def test_parameters_of_another_family_are_there_before_the_old_ones_go(by_default: Template, valkey: Template) -> None:
    old, new = (template.one("aws_elasticache_parameter_group") for template in (by_default, valkey))

    assert old["name"] != new["name"]
    assert new["lifecycle"] == {"create_before_destroy": True}


@pytest.mark.parametrize("engine", ["by_default", "valkey"])
def test_only_these_users_are_let_in(engine: str, request: pytest.FixtureRequest) -> None:
    template: Template = request.getfixturevalue(engine)
    users = template.document["resource"]["aws_elasticache_user"]

    user_group = template.one("aws_elasticache_user_group")
    assert set(user_group["user_ids"]) == {f"${{aws_elasticache_user.{name}.user_id}}" for name in users}
    assert group(template)["user_group_ids"] == [f"${{{template.address('aws_elasticache_user_group')}.user_group_id}}"]


@pytest.mark.parametrize(
    ("settings", "version", "family"),
    [
        ({}, "7.1", "redis7"),
        ({"engine_version": "7.0"}, "7.0", "redis7"),
        ({"engine": "valkey", "engine_version": "7.2"}, "7.2", "valkey7"),
        ({"engine": "valkey", "engine_version": "8.0"}, "8.0", "valkey8"),
    ],
)
def test_version_and_parameter_family_follow_the_engine(
    environment: Environment, settings: dict[str, str], version: str, family: str
) -> None:
    template = cache(environment, **settings)

    assert group(template)["engine"] == settings.get("engine", "redis")
    assert group(template)["engine_version"] == version
    assert template.one("aws_elasticache_parameter_group")["family"] == family


def test_a_group_can_be_on_its_way_to_cluster_mode(environment: Environment) -> None:
    template = cache(environment, cluster_mode="compatible", shards=1)

    assert group(template)["cluster_mode"] == "compatible"
    assert {"name": "cluster-enabled", "value": "yes"} in template.one("aws_elasticache_parameter_group")["parameter"]


def test_a_new_group_can_begin_with_a_snapshot(environment: Environment) -> None:
    restored = group(cache(environment, restore_from="nightly"))

    assert restored["snapshot_name"] == "nightly"
    assert "lifecycle" not in restored


@pytest.fixture(scope="module")
def scaled(environment: Environment) -> Template:
    shards = ScaledShards(minimum=2, maximum=8, target_utilization=60, by="memory")
    replicas = Scaled(minimum=1, maximum=3, target_utilization=50)
    autoscaling = RedisScaling(shards=shards, replicas=replicas)
    return cache(environment, node_type="cache.r7g.large", autoscaling=autoscaling)


def test_shards_and_replicas_can_follow_the_load(scaled: Template) -> None:
    bounds = {
        target["scalable_dimension"]: (target["min_capacity"], target["max_capacity"])
        for target in scaled.all("aws_appautoscaling_target")
    }

    assert bounds == {
        "elasticache:replication-group:NodeGroups": (2, 8),
        "elasticache:replication-group:Replicas": (1, 3),
    }


def test_each_follows_a_load_of_its_own(scaled: Template) -> None:
    policies = [
        policy["target_tracking_scaling_policy_configuration"] for policy in scaled.all("aws_appautoscaling_policy")
    ]

    assert {
        policy["predefined_metric_specification"]["predefined_metric_type"]: policy["target_value"]
        for policy in policies
    } == {
        "ElastiCacheDatabaseMemoryUsageCountedForEvictPercentage": 60,
        "ElastiCacheReplicaEngineCPUUtilization": 50,
    }


def test_only_what_follows_the_load_is_hidden_from_the_plan(scaled: Template, by_default: Template) -> None:
    numbers = {"num_node_groups", "replicas_per_node_group"}

    assert numbers <= set(group(scaled)["lifecycle"]["ignore_changes"])
    assert not numbers & set(group(by_default)["lifecycle"]["ignore_changes"])


@pytest.mark.parametrize("policy", ["volatile-ttl", "noeviction"])
def test_a_full_node_does_as_set(environment: Environment, policy: str) -> None:
    parameters = cache(environment, maxmemory_policy=policy).one("aws_elasticache_parameter_group")["parameter"]

    assert {"name": "maxmemory-policy", "value": policy} in parameters


def test_only_keys_that_expire_are_evicted(by_default: Template) -> None:
    parameters = by_default.one("aws_elasticache_parameter_group")["parameter"]

    assert {"name": "cluster-enabled", "value": "yes"} in parameters
    assert {"name": "maxmemory-policy", "value": "volatile-lfu"} in parameters


def test_nodes_live_in_the_given_subnets_behind_the_given_group(by_default: Template) -> None:
    assert by_default.one("aws_elasticache_subnet_group")["subnet_ids"] == ["subnet-1", "subnet-2"]
    assert group(by_default)["security_group_ids"] == ["sg-1"]


def test_slow_log_and_engine_log_each_have_an_encrypted_group(by_default: Template) -> None:
    groups = by_default.all("aws_cloudwatch_log_group")

    assert {log["name"] for log in groups} == {
        "/tierstore/test/redis/slow-log",
        "/tierstore/test/redis/engine-log",
    }
    assert {log["kms_key_id"] for log in groups} == {"arn:logs-key"}


@pytest.mark.parametrize("log", ["slow-log", "engine-log"])
def test_each_log_is_delivered_as_json_to_its_own_group(by_default: Template, log: str) -> None:
    address = by_default.address("aws_cloudwatch_log_group", name=f"/tierstore/test/redis/{log}")

    assert {
        "destination": f"${{{address}.name}}",
        "destination_type": "cloudwatch-logs",
        "log_format": "json",
        "log_type": log,
    } in group(by_default)["log_delivery_configuration"]


def test_snapshots_are_taken_as_set(environment: Environment) -> None:
    replication_group = group(cache(environment, snapshot_retention_days=3, snapshot_window="01:00-02:00"))

    assert replication_group["snapshot_retention_limit"] == 3
    assert replication_group["snapshot_window"] == "01:00-02:00"


def test_a_last_snapshot_is_taken_unless_set(environment: Environment, by_default: Template) -> None:
    key_id = '${substr(element(split("/", "arn:key"), 1), 0, 8)}'
    assert group(by_default)["final_snapshot_identifier"] == f"tierstore-test-final-{key_id}"
    assert "final_snapshot_identifier" not in group(cache(environment, final_snapshot=False))


@pytest.fixture(scope="module")
def separate(environment: Environment) -> Template:
    session = ReplicationGroupSettings(node_type="cache.t4g.medium", shards=1, snapshot_retention_days=2)
    return cache(environment, shards=2, separate=SeparateGroups(session=session, real_time=ReplicationGroupSettings()))


def test_the_main_group_has_the_addresses_that_it_has_alone(by_default: Template, separate: Template) -> None:
    alone, beside_others = by_default.document["resource"], separate.document["resource"]

    assert all(alone[kind].keys() <= beside_others[kind].keys() for kind in alone)
    assert {address.partition("_")[0] for kind in alone for address in alone[kind]} == {"redis"}


def test_a_use_can_have_a_group_with_settings_of_its_own(separate: Template) -> None:
    sessions = group(separate, "tierstore-test-session")

    assert (sessions["num_node_groups"], sessions["node_type"]) == (1, "cache.t4g.medium")
    assert sessions["snapshot_retention_limit"] == 2
    assert sessions["description"] == "Sessions of tierstore-test"
    assert group(separate)["description"] == "Caches of tierstore-test"
    assert group(separate)["num_node_groups"] == group(separate, "tierstore-test-real-time")["num_node_groups"] == 2


@pytest.mark.parametrize(
    ("name", "policy"),
    [
        ("tierstore-test", "volatile-lfu"),
        ("tierstore-test-session", "noeviction"),
        ("tierstore-test-real-time", "noeviction"),
    ],
)
def test_each_group_has_a_policy_and_users_of_its_own(separate: Template, name: str, policy: str) -> None:
    parameters = separate.one("aws_elasticache_parameter_group", name=f"{name}-redis7")
    users = separate.one("aws_elasticache_user_group", user_group_id=name)
    subnets = separate.one("aws_elasticache_subnet_group", name=name)

    assert {"name": "maxmemory-policy", "value": policy} in parameters["parameter"]
    assert {id_.partition("redis_access_")[2].partition("_")[0] for id_ in users["user_ids"]} >= {
        "application",
        "default",
    }
    assert subnets["subnet_ids"] == ["subnet-1", "subnet-2"]
    assert group(separate, name)["security_group_ids"] == ["sg-1"]


def test_a_group_lets_in_only_those_whose_key_spaces_live_there(separate: Template) -> None:
    def members(group_id: str) -> set[str]:
        ids = separate.one("aws_elasticache_user_group", user_group_id=group_id)["user_ids"]
        return {persona for persona in ("reader", "session_service", "validator") if any(persona in id_ for id_ in ids)}

    assert members("tierstore-test-session") == {"session_service", "validator"}
    assert members("tierstore-test-real-time") == {"reader", "validator"}


def test_each_group_has_logs_of_its_own(separate: Template) -> None:
    assert {log["name"] for log in separate.all("aws_cloudwatch_log_group")} == {
        f"/tierstore/test/redis/{group}{log}"
        for group in ("", "session/", "real-time/")
        for log in ("slow-log", "engine-log")
    }
