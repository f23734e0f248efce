"""What policies are told of requests and of who sends them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.gaps.dynamodb.leading_keys import leading_keys
from sandbox.gaps.iam_policy_variables import substituted
from tests.sandbox.conftest import Sandbox

TABLE = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {"IndexName": "gsi1", "KeySchema": [{"AttributeName": "gsi1pk", "KeyType": "HASH"}]},
    ],
}
A, B = {"pk": {"S": "A"}, "sk": {"S": "1"}}, {"pk": {"S": "B"}, "sk": {"S": "1"}}
QUERY = {
    "TableName": "t",
    "KeyConditionExpression": "#0 = :0 AND begins_with(#1, :1)",
    "ExpressionAttributeValues": {":0": {"S": "A"}, ":1": {"S": "x"}},
}


@pytest.mark.parametrize(
    ("request_", "keys"),
    [
        ({"TableName": "t", "Key": A}, [("", "t", "A")]),
        ({"TableName": "arn:aws:dynamodb:us-east-1:000000000000:table/t", "Item": A}, [("", "t", "A")]),
        ({"RequestItems": {"t": {"Keys": [A, B]}}}, [("", "t", "A"), ("", "t", "B")]),
        (
            {"RequestItems": {"t": [{"PutRequest": {"Item": A}}, {"DeleteRequest": {"Key": B}}]}},
            [("", "t", "A"), ("", "t", "B")],
        ),
        (
            {
                "TransactItems": [
                    {"Put": {"TableName": "t", "Item": A}},
                    {"ConditionCheck": {"TableName": "t", "Key": B}},
                ]
            },
            [("dynamodb:PutItem", "t", "A"), ("dynamodb:ConditionCheckItem", "t", "B")],
        ),
        ({**QUERY, "ExpressionAttributeNames": {"#0": "pk", "#1": "sk"}}, [("", "t", "A")]),
        ({**QUERY, "IndexName": "gsi1", "ExpressionAttributeNames": {"#0": "gsi1pk", "#1": "sk"}}, [("", "t", "A")]),
        ({"TableName": "t", "FilterExpression": "pk = :0", "ExpressionAttributeValues": {":0": {"S": "A"}}}, []),
        ({"TableName": "unknown", "Key": A}, []),
    ],
)
def test_requests_name_partition_keys(request_: dict[str, Any], keys: list[tuple[str, str, str]]) -> None:
    assert list(leading_keys(request_, table_of)) == keys


def table_of(name: str) -> dict[str, Any] | None:
    return None if name == "unknown" else TABLE


@dataclass
class Parsed:
    """A statement as the emulator has parsed it."""

    resources: list[str] = field(default_factory=list)
    not_resources: list[str] = field(default_factory=list)
    conditions: dict[str, Any] = field(default_factory=dict)


def test_variables_are_replaced_wherever_they_stand() -> None:
    statement = Parsed(
        resources=["arn:aws:s3:::b/${aws:PrincipalTag/user_id}/*"],
        conditions={"StringEquals": {"dynamodb:LeadingKeys": ["USER#${aws:PrincipalTag/User_Id}"]}},
    )

    ((found,),) = substituted([[statement]], {"aws:principaltag/user_id": "ada"})

    assert found.resources == ["arn:aws:s3:::b/ada/*"]
    assert found.conditions == {"StringEquals": {"dynamodb:LeadingKeys": ["USER#ada"]}}


def test_a_variable_without_a_value_matches_nothing() -> None:
    found = substituted(Parsed(resources=["arn:aws:s3:::b/${aws:username}/*"]), {})

    assert found.resources == ["arn:aws:s3:::b/\0/*"]


@pytest.fixture(scope="module")
def bounded_role(sandbox: Sandbox) -> str:
    """A role that may do more by its policy than its boundary lets it; its ARN."""
    iam = sandbox.client("iam")

    def policy(statement: dict[str, Any]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})

    anybody: dict[str, Any] = {"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    boundary = iam.create_policy(
        PolicyName="bound", PolicyDocument=policy({"Action": ["dynamodb:GetItem"], "Resource": "*"})
    )["Policy"]["Arn"]
    role = iam.create_role(RoleName="bounded", AssumeRolePolicyDocument=policy(anybody), PermissionsBoundary=boundary)[
        "Role"
    ]["Arn"]
    keys = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["USER#${aws:PrincipalTag/user_id}"]}}
    permitted: dict[str, Any] = {"Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "*", "Condition": keys}
    iam.put_role_policy(RoleName="bounded", PolicyName="permitted", PolicyDocument=policy(permitted))
    return str(role)


@pytest.mark.integration
@pytest.mark.parametrize(("key", "expected"), [("USER#ada", {"GetItem"}), ("USER#eve", set())])
def test_a_simulation_knows_conditions_variables_and_the_boundary(
    sandbox: Sandbox, bounded_role: str, key: str, expected: set[str]
) -> None:
    tables = [f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}" for name in ("one", "two")]

    results = sandbox.client("iam").simulate_principal_policy(
        PolicySourceArn=bounded_role,
        ActionNames=["dynamodb:GetItem", "dynamodb:PutItem"],
        ResourceArns=tables,
        ContextEntries=[
            {"ContextKeyName": "aws:PrincipalTag/user_id", "ContextKeyType": "string", "ContextKeyValues": ["ada"]},
            {"ContextKeyName": "dynamodb:LeadingKeys", "ContextKeyType": "stringList", "ContextKeyValues": [key]},
        ],
    )["EvaluationResults"]

    allowed = {
        (each["EvalActionName"], each["EvalResourceName"]) for each in results if each["EvalDecision"] == "allowed"
    }
    assert allowed == {(f"dynamodb:{action}", table) for action in expected for table in tables}
    assert len(results) == 4


@pytest.mark.integration
@pytest.mark.parametrize(("on_the_bucket", "status"), [("s3:ListBucket", 404), ("s3:GetBucketLocation", 403)])
def test_a_missing_object_is_forbidden_to_whoever_may_not_list(
    sandbox: Sandbox, on_the_bucket: str, status: int
) -> None:
    name = f"missing-{status}"
    sandbox.client("s3").create_bucket(Bucket=name)
    objects = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    bucket = {"Effect": "Allow", "Action": on_the_bucket, "Resource": f"arn:aws:s3:::{name}"}
    policy = {"Version": "2012-10-17", "Statement": [objects, bucket]}
    iam = sandbox.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session: Any = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"])
    s3 = session.client("s3", endpoint_url=sandbox.connection.endpoint, verify=str(sandbox.connection.ca_file))

    with pytest.raises(ClientError) as refused:
        s3.head_object(Bucket=name, Key="nothing")

    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
