"""The committed environments are valid, and safe where they must be."""

from __future__ import annotations

import pytest

from environments import load, names
from environments.schema import CreatedNetwork, OnDemand, RedisSettings


def test_there_are_four() -> None:
    assert names() == ("dev", "local", "prod", "staging")


@pytest.mark.parametrize("name", names())
def test_it_is_valid(name: str) -> None:
    assert load(name).name == name


def test_prod_is_production_and_accepts_only_that_the_account_names_who_takes_roles() -> None:
    prod = load("prod")

    assert prod.production
    assert prod.model_dump_json().count("accepted_risks") == 1
    assert prod.access.accepted_risks.keys() == {"unnamed-persona"}


def test_only_prod_is_production() -> None:
    assert [name for name in names() if load(name).production] == ["prod"]


def test_local_needs_no_aws_account_and_can_be_destroyed() -> None:
    local = load("local")

    assert local.target == "sandbox"
    assert not any(local.table(table).deletion_protection for table in ("core", "state"))
    assert all(local.bucket(bucket).force_destroy for bucket in ("assets", "uploads", "backups", "logs"))
    assert isinstance(local.redis, RedisSettings)
    assert not local.redis.final_snapshot
    assert (local.redis.shards, local.redis.replicas_per_shard) == (3, 1)


def test_each_environment_on_aws_has_an_account_and_a_network_of_its_own() -> None:
    environments = [load(name) for name in names()]
    networks = [e.network.cidr for e in environments if isinstance(e.network, CreatedNetwork)]

    assert len({environment.account for environment in environments}) == 4
    assert len(set(networks)) == 4


def test_staging_rehearses_what_prod_runs() -> None:
    staging, prod = load("staging"), load("prod")

    assert (staging.redis.engine, staging.redis.version) == (prod.redis.engine, prod.redis.version)
    assert staging.table("core").billing == prod.table("core").billing == OnDemand()
