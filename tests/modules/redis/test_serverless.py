from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import DataStorageLimits, ProcessingLimits, RedisSettings, ServerlessRedisSettings
from modules.redis import Caches, Place
from tests.modules.template import Block, Template, synthesized

CACHE = "aws_elasticache_serverless_cache"
SNAPSHOT = "arn:aws:elasticache:eu-central-1:123456789012:serverlesscachesnapshot:before"


def caches(environment: Environment, redis: RedisSettings | ServerlessRedisSettings) -> Template:
    return synthesized(
        lambda stack: Caches(
            stack,
            "redis",
            environment=environment.model_copy(update={"redis": redis}),
            place=Place(
                subnet_ids=["subnet-1", "subnet-2"],
                security_group_id="sg-1",
                key_arn="arn:key",
                logs_key_arn="arn:logs-key",
            ),
        )
    )


@pytest.fixture(scope="module")
def by_default(environment: Environment) -> Template:
    return caches(environment, ServerlessRedisSettings(kind="serverless"))


@pytest.fixture(scope="module")
def otherwise(environment: Environment) -> Template:
    """With everything that can be left out left out, or the other way round."""
    settings = ServerlessRedisSettings(
        kind="serverless",
        engine="redis",
        data_storage_gb=DataStorageLimits(minimum=2, maximum=None),
        ecpu_per_second=ProcessingLimits(maximum=None),
        snapshot_retention_days=0,
        restore_from=(SNAPSHOT,),
        deletion_protection=False,
    )
    return caches(environment, settings)


def cache(template: Template) -> Block:
    return template.one(CACHE, name="tierstore-test")


def test_one_cache_takes_the_place_of_everything_that_has_nodes(by_default: Template) -> None:
    kinds = {kind for kind in by_default.document["resource"] if kind.startswith("aws_elasticache")}

    assert kinds == {CACHE, "aws_elasticache_user", "aws_elasticache_user_group"}
    assert len(by_default.all(CACHE)) == 1


def test_it_runs_the_newest_version_of_its_engine(by_default: Template, otherwise: Template) -> None:
    assert (cache(by_default)["engine"], cache(by_default)["major_engine_version"]) == ("valkey", "8")
    assert (cache(otherwise)["engine"], cache(otherwise)["major_engine_version"]) == ("redis", "7")


def test_use_is_limited_unless_told_otherwise(by_default: Template) -> None:
    assert cache(by_default)["cache_usage_limits"] == [
        {"data_storage": [{"maximum": 10, "unit": "GB"}], "ecpu_per_second": [{"maximum": 20_000}]}
    ]


def test_a_limit_that_is_null_is_left_out(otherwise: Template) -> None:
    [limits] = cache(otherwise)["cache_usage_limits"]

    assert limits["data_storage"] == [{"minimum": 2, "unit": "GB"}]
    assert not limits.get("ecpu_per_second")


def test_it_is_reached_only_in_the_subnets_of_the_environment(by_default: Template) -> None:
    assert cache(by_default)["subnet_ids"] == ["subnet-1", "subnet-2"]
    assert cache(by_default)["security_group_ids"] == ["sg-1"]


def test_disk_and_snapshots_are_encrypted_with_the_given_key(by_default: Template) -> None:
    assert cache(by_default)["kms_key_id"] == "arn:key"


def test_only_the_users_of_its_group_are_let_in(by_default: Template) -> None:
    [group] = by_default.document["resource"]["aws_elasticache_user_group"]
    users = by_default.document["resource"]["aws_elasticache_user"]

    let_in = by_default.one("aws_elasticache_user_group", user_group_id="tierstore-test")["user_ids"]
    assert cache(by_default)["user_group_id"] == f"${{aws_elasticache_user_group.{group}.user_group_id}}"
    assert sorted(let_in) == sorted(f"${{aws_elasticache_user.{name}.user_id}}" for name in users)


def test_who_gets_in_stays_when_it_takes_the_place_of_nodes(environment: Environment, by_default: Template) -> None:
    nodes = caches(environment, RedisSettings())

    for kind in ("aws_elasticache_user", "aws_elasticache_user_group"):
        assert by_default.document["resource"][kind] == nodes.document["resource"][kind]


def test_snapshots_are_taken_daily_unless_told_otherwise(by_default: Template, otherwise: Template) -> None:
    assert cache(by_default)["snapshot_retention_limit"] == 7
    assert cache(by_default)["daily_snapshot_time"] == "03:00"
    assert cache(otherwise)["snapshot_retention_limit"] == 0


def test_it_begins_empty_unless_told_otherwise(by_default: Template, otherwise: Template) -> None:
    assert "snapshot_arns_to_restore" not in cache(by_default)
    assert cache(otherwise)["snapshot_arns_to_restore"] == [SNAPSHOT]


def test_terraform_refuses_to_destroy_it_unless_told_otherwise(by_default: Template, otherwise: Template) -> None:
    assert cache(by_default)["lifecycle"]["prevent_destroy"] is True
    assert cache(otherwise)["lifecycle"]["prevent_destroy"] is False


def test_it_stays_once_it_need_not_name_any_more_what_it_began_with(by_default: Template, otherwise: Template) -> None:
    assert cache(by_default)["lifecycle"]["ignore_changes"] == ["snapshot_arns_to_restore"]
    assert "ignore_changes" not in cache(otherwise)["lifecycle"]
