"""Who is everybody: a condition has to say who asks, in a way that a request without the key does not meet."""

from __future__ import annotations

import json
from typing import Any

import pytest

from validation.plan.policy.public import is_open_to_all, is_public_network
from validation.plan.policy.statements import grants

ANYBODY = {"AWS": "*"}
GITHUB = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
SUBJECT = "token.actions.githubusercontent.com:sub"
AUDIENCE = {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}


def opens(principal: Any, condition: dict[str, Any]) -> bool:
    """Whether a statement with this principal and condition lets anybody in."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "x:Y", "Resource": "*", "Condition": condition}
    (grant,) = grants(json.dumps({"Statement": [statement]}))
    return is_open_to_all(grant)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}},
        {"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}},
        {"StringLike": {"aws:PrincipalArn": "*"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/reader"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}},
        {"StringLike": {"aws:PrincipalAccount": ["111111111111", "*"]}, "Null": {"aws:SourceVpce": "false"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "::/0"]}},
        {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
    ],
)
def test_everybody_under_a_condition_that_does_not_say_who(condition: dict[str, Any]) -> None:
    assert opens(ANYBODY, condition)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringEquals": {"AWS:SourceVpce": ["vpce-1", "vpce-2"]}, "Bool": {"aws:SecureTransport": "true"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads*"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"StringEquals": {"kms:CallerAccount": "111111111111"}},
    ],
)
def test_everybody_under_a_condition_that_says_who(condition: dict[str, Any]) -> None:
    assert not opens(ANYBODY, condition)


def test_everybody_but_some_is_everybody() -> None:
    (grant,) = grants(
        json.dumps({"Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": "1"}, "Action": "x:Y", "Resource": "*"}]})
    )

    assert is_open_to_all(grant)


@pytest.mark.parametrize("principal", [{"AWS": "111111111111"}, {"Service": "s3.amazonaws.com"}])
def test_somebody_is_not_everybody(principal: dict[str, str]) -> None:
    assert not opens(principal, {})


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        (AUDIENCE, True),
        ({"StringLike": {SUBJECT: "repo:*"}}, True),
        ({"StringLike": {SUBJECT: "repo:example*"}}, True),
        ({"StringLike": {SUBJECT: "repo:example/storage:*"}}, False),
        ({"StringEquals": {SUBJECT: "repo:example/storage:environment:prod"}}, False),
        ({"StringEqualsIfExists": {SUBJECT: "repo:example/storage:environment:prod"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
    ],
)
def test_whose_jobs_on_github(condition: dict[str, Any], is_open: bool) -> None:
    assert opens(GITHUB, condition) == is_open


@pytest.mark.parametrize(
    ("source", "is_public"), [("0.0.0.0/0", True), ("128.0.0.0/1", True), ("::/0", True), ("10.0.0.0/8", False)]
)
def test_which_network_is_the_internet(source: str, is_public: bool) -> None:
    assert is_public_network(source) == is_public
