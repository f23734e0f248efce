"""The ways into buckets: each persona's access points, and the block of public access in the whole account."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from environments import arns
from tierstore.declaration.permissions import LoginPermission, ObjectPermission, permissions_of
from validation.checks.network import vpc_id
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Severity, compare
from validation.live import s3_control

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


def ways(context: Context) -> Sequence[str]:
    """Every persona with each bucket whose objects it uses, as `<persona>/<bucket>`."""
    return sorted(
        {
            f"{persona.name}/{permission.bucket}"
            for persona in context.model.personas
            for permission in permissions_of(persona)
            if isinstance(permission, ObjectPermission)
        }
    )


@check("s3.access_points", "Each persona has its own way into a bucket", severity=Severity.HIGH, each=ways)
def access_points(context: Context, way: str) -> Iterator[Finding]:
    """Which bucket an access point leads into, from where, and whom its policy lets through."""
    environment = context.environment
    persona, bucket = way.split("/")
    name = environment.access_point_name(persona, bucket)
    point = context.ask(s3_control.access_point, environment.account, name)
    permissions = permissions_of(next(each for each in context.model.personas if each.name == persona))
    lives_in_vpc = any(isinstance(permission, LoginPermission) for permission in permissions)
    blocks = point.get("PublicAccessBlockConfiguration", {})
    policy = json.loads(context.ask(s3_control.access_point_policy, environment.account, name) or "{}")
    yield compare("bucket", expected=environment.bucket_name(bucket), found=point["Bucket"])
    yield compare(
        "VPC", expected=vpc_id(context) if lives_in_vpc else None, found=point.get("VpcConfiguration", {}).get("VpcId")
    )
    yield compare("public access blocked", expected=True, found=all(blocks.get(block, False) for block in BLOCKS))
    yield compare(
        "lets through",
        expected=[arns.role_arn(environment, persona)],
        found=sorted({str(statement["Principal"].get("AWS")) for statement in policy.get("Statement", [])}),
    )


def _accounts(context: Context) -> Sequence[str]:
    return ["account"] if context.environment.owns_account else []


@check("s3.account_block", "No bucket of the account can be public", severity=Severity.CRITICAL, each=_accounts)
def account_block(context: Context, _account: str) -> Iterator[Finding]:
    """All four blocks for the whole account, so that no bucket in it, whoever made it, opens to the world."""
    blocks = context.ask(s3_control.account_block, context.environment.account) or {}
    for block in BLOCKS:
        yield compare(block, expected=True, found=bool(blocks.get(block, False)))
