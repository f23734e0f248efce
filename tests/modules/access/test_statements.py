from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from modules.access.boundary import SCANS, render_boundary
from modules.access.statements import DataKeys, allow, render_persona
from modules.policy import PolicyTooLargeError, document, limited_document
from tierstore.declaration.permissions import (
    ItemPermission,
    ListingPermission,
    LoginPermission,
    ObjectPermission,
    Permission,
)

KEYS = DataKeys(dynamodb="arn:key-of-items", s3="arn:key-of-objects")
OWN = "${aws:PrincipalTag/user_id}"


@pytest.fixture
def render(environment: Environment) -> Any:
    def statements(*permissions: Permission) -> dict[str, Any]:
        return {each["Sid"]: each for each in render_persona(permissions, environment, KEYS)}

    return statements


def item(action: str, partitions: str, *, table: str = "core", index: str = "") -> ItemPermission:
    return ItemPermission(action=f"dynamodb:{action}", table=table, index=index, partitions=partitions)


def test_actions_on_the_same_partitions_share_a_statement(render: Any) -> None:
    statement = render(item("GetItem", "USER#*"), item("Query", "USER#*"))["CoreGetQuery"]

    assert statement["Action"] == ["dynamodb:GetItem", "dynamodb:Query"]
    assert statement["Resource"] == ["arn:aws:dynamodb:eu-central-1:123456789012:table/tierstore-test-core"]
    assert statement["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["USER#*"]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }


def test_an_index_is_a_resource_of_its_own(render: Any) -> None:
    statement = render(item("Query", "TAG#*", index="gsi1"))["CoreGsi1Query"]

    assert statement["Resource"] == ["arn:aws:dynamodb:eu-central-1:123456789012:table/tierstore-test-core/index/gsi1"]


def test_an_owner_s_partition_is_compared_as_it_is(render: Any) -> None:
    statement = render(item("GetItem", f"USER#{OWN}"))["CoreGet"]

    assert statement["Condition"]["ForAllValues:StringEquals"] == {"dynamodb:LeadingKeys": [f"USER#{OWN}"]}


def test_items_are_decrypted_through_dynamodb_and_of_the_own_tables_only(render: Any) -> None:
    statement = render(item("GetItem", "USER#*"))["KeyOfItems"]

    assert (statement["Action"], statement["Resource"]) == (["kms:Decrypt"], ["arn:key-of-items"])
    assert statement["Condition"]["StringEquals"] == {
        "kms:ViaService": "dynamodb.eu-central-1.amazonaws.com",
        "kms:EncryptionContext:aws:dynamodb:tableName": ["tierstore-test-core"],
    }


@pytest.mark.parametrize(
    ("action", "on_the_key"),
    [("s3:GetObject", ["kms:Decrypt"]), ("s3:PutObject", ["kms:Decrypt", "kms:GenerateDataKey"])],
)
def test_only_who_stores_objects_encrypts(render: Any, action: str, on_the_key: list[str]) -> None:
    found = render(ObjectPermission(action=action, bucket="uploads", keys="uploads/*"))

    assert found["UploadsObjects"]["Resource"] == ["arn:aws:s3:::tierstore-test-123456789012-uploads/uploads/*"]
    assert found["KeyOfObjects"]["Action"] == on_the_key
    assert found["KeyOfObjects"]["Condition"]["StringEquals"] == {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}


@pytest.mark.parametrize(
    ("keys", "condition"),
    [
        ("*", None),
        ("uploads/*", {"StringLikeIfExists": {"s3:prefix": "uploads/*"}}),
        (f"uploads/{OWN}/*", {"StringLike": {"s3:prefix": f"uploads/{OWN}/*"}}),
    ],
)
def test_a_list_is_limited_to_its_prefix(render: Any, keys: str, condition: object) -> None:
    found = render(ListingPermission(action="s3:ListBucket", bucket="uploads", keys=keys))
    (statement,) = (each for sid, each in found.items() if sid.startswith("UploadsList"))

    assert statement.get("Condition") == condition


@pytest.mark.parametrize(("persona", "user"), [("application", "app"), ("session_service", "sessionservice")])
def test_redis_is_entered_as_the_persona_s_own_user(render: Any, persona: str, user: str) -> None:
    assert render(LoginPermission(persona=persona))["RedisLogin"]["Resource"] == [
        "arn:aws:elasticache:eu-central-1:123456789012:replicationgroup:tierstore-test",
        f"arn:aws:elasticache:eu-central-1:123456789012:user:tierstore-test-{user}",
    ]


def test_everybody_finds_the_environment_and_needs_no_key_for_it(render: Any) -> None:
    assert render().keys() == {"ConnectionDocument"}


def test_a_boundary_has_the_kinds_of_resources_and_no_conditions(environment: Environment) -> None:
    table = "arn:aws:dynamodb:eu-central-1:123456789012:table/tierstore-test-core"
    policies = [[allow("A", ["dynamodb:GetItem"], [table])], [allow("B", ["dynamodb:Query"], [f"{table}/index/gsi1"])]]

    assert render_boundary(policies, environment, denied=SCANS) == [
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": ["arn:aws:dynamodb:*:123456789012:table/tierstore-test-*"],
        },
        {"Effect": "Deny", "Action": list(SCANS), "Resource": "*"},
    ]


def test_terraform_leaves_the_variables_of_iam_alone() -> None:
    text = document([allow("A", ["s3:GetObject"], [f"arn:aws:s3:::a/{OWN}", "${TfToken[TOKEN.1]}"])])

    assert "$${aws:PrincipalTag/user_id}" in text
    assert '"${TfToken[TOKEN.1]}"' in text


@pytest.mark.parametrize("resource", ["r" * 300, "${TfToken[TOKEN.1]}" * 4])
def test_a_policy_that_iam_would_refuse_is_refused_before(resource: str) -> None:
    statements = [allow("A", ["s3:GetObject"], [resource])]

    with pytest.raises(PolicyTooLargeError, match=r"the policy of reader has \d+ characters, IAM takes 300: give it"):
        limited_document(statements, of="reader", limit=300)
    assert limited_document(statements, of="reader", limit=600)
