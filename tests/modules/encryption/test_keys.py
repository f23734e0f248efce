from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import EncryptionSettings
from modules.encryption import Keys
from tests.modules.template import Template, disaster_recovery, statements, synthesized


@pytest.fixture(scope="module")
def keys(environment: Environment) -> Template:
    settings = EncryptionSettings(deletion_window_days=14, rotation_period_days=180)
    chosen = environment.model_copy(update={"encryption": settings})
    return synthesize(chosen)


@pytest.fixture(scope="module")
def replicated(recoverable: Environment) -> Template:
    """The keys of an environment with a disaster-recovery region."""
    return synthesize(recoverable)


def synthesize(environment: Environment) -> Template:
    return synthesized(
        lambda stack: Keys(
            stack, "keys", environment=environment, disaster_recovery=disaster_recovery(stack, environment)
        )
    )


def test_each_tier_has_a_key_of_its_own(keys: Template) -> None:
    assert {alias["name"] for alias in keys.all("aws_kms_alias")} == {
        "alias/tierstore-test-dynamodb",
        "alias/tierstore-test-s3",
        "alias/tierstore-test-backup",
        "alias/tierstore-test-redis",
        "alias/tierstore-test-logs",
        "alias/tierstore-test-alarms",
    }
    assert len({alias["target_key_id"] for alias in keys.all("aws_kms_alias")}) == 6


def test_every_key_rotates_as_often_as_set(keys: Template) -> None:
    for key in keys.all("aws_kms_key"):
        assert key["enable_key_rotation"] is True
        assert key["rotation_period_in_days"] == 180


def test_every_key_waits_as_set_before_it_is_gone(keys: Template) -> None:
    assert {key["deletion_window_in_days"] for key in keys.all("aws_kms_key")} == {14}


def test_every_key_states_its_policy(keys: Template) -> None:
    for key in keys.all("aws_kms_key"):
        assert "AccountPolicies" in statements(key["policy"])


@pytest.mark.parametrize(
    ("description", "service"),
    [
        ("Items of the DynamoDB tables", "dynamodb"),
        ("Objects of the S3 buckets", "s3"),
        ("Recovery points of the backup vaults", "backup"),
        ("Disks and snapshots of the Redis nodes", "elasticache"),
    ],
)
def test_a_key_serves_its_tier_only(keys: Template, description: str, service: str) -> None:
    policy = statements(keys.one("aws_kms_key", description=description)["policy"])

    assert policy["UseThroughService"]["Condition"]["StringEquals"]["kms:ViaService"] == (
        f"{service}.eu-central-1.amazonaws.com"
    )


def test_a_key_of_data_can_be_replicated_later_without_being_replaced(keys: Template) -> None:
    assert {key["description"] for key in keys.all("aws_kms_key") if key.get("multi_region")} == {
        "Items of the DynamoDB tables",
        "Objects of the S3 buckets",
        "Recovery points of the backup vaults",
    }


def test_without_a_disaster_recovery_region_there_is_no_replica(keys: Template) -> None:
    assert keys.all("aws_kms_replica_key") == []


def test_keys_of_data_have_a_replica_in_the_disaster_recovery_region(replicated: Template) -> None:
    primaries = {
        f"${{{replicated.address('aws_kms_key', description=key['description'])}.arn}}"
        for key in replicated.all("aws_kms_key")
        if key.get("multi_region")
    }

    assert {key["primary_key_arn"] for key in replicated.all("aws_kms_replica_key")} == primaries
    assert {key["provider"] for key in replicated.all("aws_kms_replica_key")} == {"aws.disaster_recovery"}


def test_a_replica_has_the_alias_of_its_primary(replicated: Template) -> None:
    there = [alias["name"] for alias in replicated.all("aws_kms_alias") if "provider" in alias]

    assert there == ["alias/tierstore-test-backup", "alias/tierstore-test-dynamodb", "alias/tierstore-test-s3"]


def test_a_replica_serves_its_tier_in_its_own_region_only(replicated: Template) -> None:
    replica = replicated.one("aws_kms_replica_key", description="Objects of the S3 buckets")

    through = statements(replica["policy"])["UseThroughService"]["Condition"]["StringEquals"]
    assert through["kms:ViaService"] == "s3.eu-west-1.amazonaws.com"
