"""Roles, opened wider or narrowed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from environments import arns
from tests.validation.breaks.breaking import Break, Breaking, really
from validation.context import Context
from validation.live import iam


def role(context: Context, persona: str) -> str:
    return context.environment.role_name(persona)


def boundary(context: Context) -> str:
    return arns.boundary_arn(context.environment, "applications")


def giving(persona: str, effect: str, *actions: str) -> Breaking:
    """One more policy on a persona's role."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    def give(context: Context) -> None:
        context.clients.iam.put_role_policy(RoleName=role(context, persona), PolicyName="broken", PolicyDocument=policy)

    def take(context: Context) -> None:
        context.clients.iam.delete_role_policy(RoleName=role(context, persona), PolicyName="broken")

    return really(give, take)


@contextmanager
def trusting_anybody(context: Context) -> Iterator[Context]:
    name, client = role(context, "reader"), context.clients.iam
    trust: Any = iam.role(context.clients, name)["AssumeRolePolicyDocument"]
    opened = {"Version": "2012-10-17", "Statement": [{**trust["Statement"][0], "Principal": {"AWS": "*"}}]}
    client.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(opened))
    try:
        yield context
    finally:
        client.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))


BREAKS = (
    Break(
        check="access.roles",
        resource="reader",
        how=really(
            lambda context: context.clients.iam.delete_role_permissions_boundary(RoleName=role(context, "reader")),
            lambda context: context.clients.iam.put_role_permissions_boundary(
                RoleName=role(context, "reader"), PermissionsBoundary=boundary(context)
            ),
        ),
        what="boundary",
        expected=boundary,
        found=None,
    ),
    Break(
        check="access.roles",
        resource="reader",
        how=trusting_anybody,
        what="taken by anybody",
        expected=[],
        found=["Principals"],
    ),
    Break(
        check="access.roles",
        resource="reader",
        how=trusting_anybody,
        what="principals",
        expected=lambda context: [arns.account_arn(context.environment)],
        found=["*"],
    ),
    Break(
        check="access.permissions",
        resource="reader",
        how=giving("reader", "Allow", "dynamodb:DeleteItem", "dynamodb:Scan"),
        what="core EMAIL#validation",
        expected=["dynamodb:GetItem"],
        # The boundary stands between the role and a scan.
        found=["dynamodb:DeleteItem", "dynamodb:GetItem"],
    ),
    Break(
        check="access.permissions",
        resource="publisher",
        how=giving("publisher", "Deny", "s3:DeleteObject"),
        what="assets/",
        expected=[
            "s3:AbortMultipartUpload",
            "s3:DeleteObject",
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:PutObject",
        ],
        found=["s3:AbortMultipartUpload", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
    ),
    Break(
        check="access.operations",
        resource="auditor",
        how=giving("auditor", "Allow", "dynamodb:GetItem"),
        what="core",
        expected=[],
        found=["dynamodb:GetItem"],
    ),
)
