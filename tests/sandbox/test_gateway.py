from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, SSLError

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def strict_bucket(sandbox: Sandbox) -> str:
    """A bucket whose policy denies requests without TLS."""
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="strict")
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::strict", "arn:aws:s3:::strict/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket="strict", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    return "strict"


def test_a_bucket_policy_denies_plain_http(sandbox: Sandbox, strict_bucket: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        sandbox.client("s3", secure=False).put_object(Bucket=strict_bucket, Key="key", Body=b"")


def test_the_same_over_https_is_allowed(sandbox: Sandbox, strict_bucket: str) -> None:
    sandbox.client("s3").put_object(Bucket=strict_bucket, Key="key", Body=b"")


def test_plain_http_is_no_matter_without_such_a_policy(sandbox: Sandbox) -> None:
    sandbox.client("s3", secure=False).list_buckets()


def test_the_access_key_belongs_to_an_iam_user_of_the_account(sandbox: Sandbox) -> None:
    identity = sandbox.client("sts").get_caller_identity()

    assert identity["Arn"] == f"arn:aws:iam::{sandbox.connection.account}:user/sandbox-administrator"


@pytest.mark.parametrize(
    ("service", "call"), [("elasticache", "describe_users"), ("ec2", "describe_vpcs"), ("dynamodb", "list_tables")]
)
def test_a_user_without_permissions_is_denied_also_what_the_sandbox_answers_itself(
    sandbox: Sandbox, service: str, call: str
) -> None:
    iam = sandbox.client("iam")
    name = f"nobody-{service}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    create: Any = boto3.client
    client = create(
        service,
        endpoint_url=sandbox.connection.endpoint,
        region_name="us-east-1",
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        verify=str(sandbox.connection.ca_file),
    )

    with pytest.raises(ClientError) as refusal:
        getattr(client, call)()

    assert refusal.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


def test_clients_that_do_not_trust_the_sandbox_ca_refuse_it(sandbox: Sandbox) -> None:
    create: Any = boto3.client
    stranger = create(
        "sts",
        endpoint_url=sandbox.connection.endpoint,
        region_name="us-east-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )

    with pytest.raises(SSLError):
        stranger.get_caller_identity()
