"""What a bucket policy refuses, judged by its effect."""

from __future__ import annotations

import json
from typing import Any

import pytest

from validation.resource_policy import Request, allowed_sources, allows_anybody, denies

BUCKET = "arn:aws:s3:::bucket"


def policy(**changes: Any) -> str:
    statement = {
        "Sid": "DenyPlain",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [BUCKET, f"{BUCKET}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Statement": [statement | changes]})


def read(**conditions: str) -> Request:
    return Request(action="s3:GetObject", resource=f"{BUCKET}/key", conditions=conditions)


PLAIN = read(**{"aws:SecureTransport": "false"})
SECURE = read(**{"aws:SecureTransport": "true"})


def test_refuses_what_a_deny_names() -> None:
    assert denies(policy(), PLAIN)
    assert not denies(policy(), SECURE)


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::1:root", "*"]}])
def test_everybody_is_written_in_several_ways(principal: Any) -> None:
    assert denies(policy(Principal=principal), PLAIN)


@pytest.mark.parametrize(
    "changes",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": "arn:aws:iam::123456789012:role/app"}},
        {"Action": "s3:PutObject"},
        {"Action": ["s3:Put*", "s3:List*"]},
        {"Resource": BUCKET},
        {"Resource": "arn:aws:s3:::other/*"},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"UnheardOf": {"aws:SecureTransport": "false"}}},
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringEquals": {"aws:PrincipalTag/team": "a"}}},
    ],
    ids=repr,
)
def test_a_narrower_or_unknown_statement_refuses_nothing(changes: dict[str, Any]) -> None:
    assert not denies(policy(**changes), PLAIN)


def test_no_policy_refuses_nothing() -> None:
    assert not denies(None, PLAIN)


HEADER = "s3:x-amz-server-side-encryption"


@pytest.mark.parametrize(
    ("operator", "value", "header", "refused"),
    [
        ("StringNotEquals", "aws:kms", None, True),
        ("StringNotEquals", "aws:kms", "AES256", True),
        ("StringNotEquals", "aws:kms", "aws:kms", False),
        ("StringNotEqualsIfExists", "aws:kms", None, True),
        ("StringEquals", "AES256", None, False),
        ("StringEqualsIfExists", "AES256", None, True),
        ("StringLike", "aws:kms*", "aws:kms:dsse", True),
        ("StringNotLike", "aws:kms*", "AES256", True),
        ("Null", "true", None, True),
        ("Null", "true", "AES256", False),
        ("Null", "false", "AES256", True),
        ("NumericLessThan", "1.2", "1.1", True),
        ("NumericLessThan", "1.2", "1.2", False),
        ("NumericLessThan", "1.2", None, False),
    ],
)
def test_conditions_hold_as_in_iam(operator: str, value: str, header: str | None, *, refused: bool) -> None:
    document = policy(Condition={operator: {HEADER: value}})
    request = read(**({} if header is None else {HEADER: header}))

    assert denies(document, request) is refused


def test_condition_keys_have_no_case_and_values_may_be_json_booleans() -> None:
    assert denies(policy(Condition={"Bool": {"AWS:securetransport": False}}), PLAIN)


def test_an_unconditional_allow_to_everybody_is_told_by_its_id() -> None:
    assert allows_anybody(policy(Effect="Allow", Condition={})) == ("DenyPlain",)
    assert allows_anybody(policy(Effect="Allow")) == ()
    assert allows_anybody(None) == ()


@pytest.mark.parametrize(
    ("condition", "sources"),
    [
        ({"ArnEquals": {"aws:SourceArn": ["arn:aws:s3:::b", "arn:aws:s3:::a"]}}, ("arn:aws:s3:::a", "arn:aws:s3:::b")),
        ({"StringEquals": {"aws:SourceAccount": "123456789012"}}, ("*",)),
    ],
)
def test_a_service_is_allowed_for_its_sources_only(condition: dict[str, Any], sources: tuple[str, ...]) -> None:
    document = policy(
        Effect="Allow", Principal={"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject", Condition=condition
    )

    found = allowed_sources(document, service="logging.s3.amazonaws.com", action="s3:PutObject", resource=f"{BUCKET}/*")

    assert found == sources
