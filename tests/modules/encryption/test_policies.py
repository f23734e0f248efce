from __future__ import annotations

from environments import Environment
from environments.schema import BucketSettings, EncryptionSettings
from modules.encryption.policies import (
    render_administration,
    render_log_groups,
    render_redis_exports,
    render_use_through,
)

ADMINISTRATOR = "arn:aws:iam::123456789012:role/key-administrator"
ROOT = "arn:aws:iam::123456789012:root"


def with_administrator(environment: Environment) -> Environment:
    return environment.model_copy(update={"encryption": EncryptionSettings(administrators=(ADMINISTRATOR,))})


def test_without_administrators_the_account_decides(environment: Environment) -> None:
    (statement,) = render_administration(environment)

    assert statement["Principal"] == {"AWS": ROOT}
    assert statement["Action"] == ["kms:*"]


def test_administrators_cannot_use_the_key(environment: Environment) -> None:
    administrators, *_ = render_administration(with_administrator(environment))

    assert administrators["Principal"] == {"AWS": [ADMINISTRATOR]}
    assert not {"kms:Decrypt", "kms:Encrypt", "kms:CreateGrant", "kms:*"} & set(administrators["Action"])


def test_with_administrators_the_account_cannot_administer(environment: Environment) -> None:
    _, account, _ = render_administration(with_administrator(environment))

    assert account["Principal"] == {"AWS": ROOT}
    assert not {"kms:*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"} & set(account["Action"])


def test_only_the_root_user_itself_recovers_a_key(environment: Environment) -> None:
    *_, recovery = render_administration(with_administrator(environment))

    assert recovery["Action"] == ["kms:PutKeyPolicy"]
    assert recovery["Condition"] == {"StringEquals": {"aws:PrincipalArn": ROOT}}


def test_a_key_is_used_through_its_service_in_its_account_only(environment: Environment) -> None:
    for statement in render_use_through("dynamodb", environment):
        assert statement["Condition"]["StringEquals"] == {
            "kms:CallerAccount": "123456789012",
            "kms:ViaService": "dynamodb.eu-central-1.amazonaws.com",
        }


def test_grants_are_for_aws_services_only(environment: Environment) -> None:
    _, grant = render_use_through("dynamodb", environment)

    assert grant["Action"] == ["kms:CreateGrant"]
    assert grant["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


def test_log_groups_of_other_environments_cannot_use_the_key(environment: Environment) -> None:
    (statement,) = render_log_groups(environment)

    assert statement["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": ("arn:aws:logs:eu-central-1:123456789012:log-group:/tierstore/test/*")
        }
    }


def test_elasticache_uses_the_key_only_where_a_bucket_takes_exports(environment: Environment) -> None:
    taking = environment.model_copy(update={"buckets": {"backups": BucketSettings(redis_exports=True)}})

    (statement,) = render_redis_exports(taking)

    assert statement["Principal"] == {"Service": "eu-central-1.elasticache-snapshot.amazonaws.com"}
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Condition"] == {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}}
    assert render_redis_exports(environment) == []
