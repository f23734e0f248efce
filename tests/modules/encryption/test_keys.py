from __future__ import annotations

import pytest

from environments import Environment
from environments.schema import EncryptionSettings
from modules.encryption import Keys
from tests.modules.template import Template, statements, synthesized


@pytest.fixture(scope="module")
def keys(environment: Environment) -> Template:
    settings = EncryptionSettings(deletion_window_days=14, rotation_period_days=180)
    chosen = environment.model_copy(update={"encryption": settings})
    return synthesized(lambda stack: Keys(stack, "keys", environment=chosen))


def test_each_tier_has_a_key_of_its_own(keys: Template) -> None:
    assert {alias["name"] for alias in keys.all("aws_kms_alias")} == {
        "alias/tierstore-test-dynamodb",
        "alias/tierstore-test-s3",
        "alias/tierstore-test-redis",
        "alias/tierstore-test-logs",
    }
    assert len({alias["target_key_id"] for alias in keys.all("aws_kms_alias")}) == 4


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
        ("Disks and snapshots of the Redis nodes", "elasticache"),
    ],
)
def test_a_key_serves_its_tier_only(keys: Template, description: str, service: str) -> None:
    policy = statements(keys.one("aws_kms_key", description=description)["policy"])

    assert policy["UseThroughService"]["Condition"]["StringEquals"]["kms:ViaService"] == (
        f"{service}.eu-central-1.amazonaws.com"
    )
