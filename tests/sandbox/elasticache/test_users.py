from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def elasticache(sandbox: Sandbox) -> Any:
    """ElastiCache in a region of this module's own."""
    return sandbox.client("elasticache", region=REGION)


@pytest.fixture
def default_user(elasticache: Any) -> Iterator[str]:
    """The id of a user named default."""
    elasticache.create_user(
        UserId="nobody", UserName="default", Engine="redis", AccessString="off -@all", NoPasswordRequired=True
    )
    yield "nobody"
    elasticache.delete_user(UserId="nobody")


def test_a_user_comes_back_as_it_was_created(elasticache: Any) -> None:
    elasticache.create_user(
        UserId="Reader",
        UserName="reader",
        Engine="redis",
        AccessString="on ~* +@read",
        AuthenticationMode={"Type": "password", "Passwords": ["a-long-enough-password"]},
        Tags=[{"Key": "team", "Value": "storage"}],
    )

    user = elasticache.describe_users(UserId="reader")["Users"][0]

    assert user["AccessString"] == "on ~* +@read"
    assert user["Authentication"] == {"Type": "password", "PasswordCount": 1}
    assert elasticache.list_tags_for_resource(ResourceName=user["ARN"])["TagList"] == [
        {"Key": "team", "Value": "storage"}
    ]


def test_an_iam_user_is_told_as_such(elasticache: Any) -> None:
    created = elasticache.create_user(
        UserId="service", UserName="service", Engine="redis", AccessString="on", AuthenticationMode={"Type": "iam"}
    )

    assert created["Authentication"] == {"Type": "iam", "PasswordCount": 0}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"UserName": "other", "AuthenticationMode": {"Type": "iam"}}, "InvalidParameterValue"),
        ({}, "InvalidParameterValue"),
        ({"AuthenticationMode": {"Type": "password"}}, "InvalidParameterCombination"),
        ({"NoPasswordRequired": True, "AccessString": "on ~* >password"}, "InvalidParameterValue"),
        ({"NoPasswordRequired": True, "AccessString": "on +@everything"}, "InvalidParameterValue"),
    ],
    ids=["iam, other name", "no authentication", "no password", "password in access string", "unknown category"],
)
def test_impossible_users_are_refused(elasticache: Any, changes: dict[str, Any], code: str) -> None:
    asked = {"UserId": "wrong", "UserName": "wrong", "Engine": "redis", "AccessString": "on ~* +@all", **changes}

    with pytest.raises(ClientError) as refusal:
        elasticache.create_user(**asked)

    assert refusal.value.response["Error"]["Code"] == code


def test_a_group_for_redis_needs_a_default_user(elasticache: Any) -> None:
    elasticache.create_user(
        UserId="guest", UserName="guest", Engine="redis", AccessString="on", NoPasswordRequired=True
    )
    with pytest.raises(ClientError, match="DefaultUserRequired"):
        elasticache.create_user_group(UserGroupId="lonely", Engine="redis", UserIds=["guest"])


def test_two_users_of_a_group_cannot_have_one_name(elasticache: Any, default_user: str) -> None:
    elasticache.create_user(
        UserId="another", UserName="default", Engine="redis", AccessString="off", NoPasswordRequired=True
    )

    with pytest.raises(ClientError, match="DuplicateUserName"):
        elasticache.create_user_group(UserGroupId="twins", Engine="redis", UserIds=[default_user, "another"])


def test_groups_and_users_know_of_each_other(elasticache: Any, default_user: str) -> None:
    elasticache.create_user_group(UserGroupId="team", Engine="redis", UserIds=[default_user])

    assert elasticache.describe_users(UserId=default_user)["Users"][0]["UserGroupIds"] == ["team"]
    assert elasticache.describe_user_groups(UserGroupId="team")["UserGroups"][0]["UserIds"] == [default_user]
    elasticache.delete_user_group(UserGroupId="team")


@pytest.mark.parametrize("call", ["describe_users", "delete_user", "modify_user"])
def test_unknown_users_are_not_found(elasticache: Any, call: str) -> None:
    with pytest.raises(elasticache.exceptions.UserNotFoundFault):
        getattr(elasticache, call)(UserId="unknown")


def test_no_password_reaches_the_disk(sandbox: Sandbox, elasticache: Any) -> None:
    elasticache.create_user(
        UserId="secretive", UserName="secretive", Engine="redis", AccessString="on", Passwords=["correct-horse-battery"]
    )

    kept = b"".join(file.read_bytes() for file in sandbox.directory.state.rglob("*") if file.is_file())

    assert b"secretive" in kept
    assert b"correct-horse-battery" not in kept
