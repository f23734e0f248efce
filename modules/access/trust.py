"""Who may take a role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from environments import arns
from environments.schema import Environment, Trust
from modules.policy import Statement

GITHUB: Final = "token.actions.githubusercontent.com"


def render_trust(
    environment: Environment, trust: Trust, *, lenders: Sequence[str] = (), owns: str | None = None
) -> list[Statement]:
    """Whom the settings name, or the account's own policies where they name nobody.

    `lenders` are the ARNs of the personas' roles that may take this one. A role that is bound to an owner is taken with
    the owner's id as the session tag `owns`, and no other tag.
    """
    principals = [*trust.principals, *lenders]
    if trust.names_nobody:
        principals = [arns.account_arn(environment)]
    statements = []
    if principals:
        statements.append(_taken_by({"AWS": principals}, "Principals", _stated(trust), owns))
    statements.extend(
        _taken_by({"Service": f"{service}.amazonaws.com"}, _word(service), _on_behalf(environment, service), None)
        for service in trust.services
    )
    return statements


def render_github_trust(provider_arn: str, *, repository: str, github_environment: str) -> list[Statement]:
    """Jobs of one repository that run in one GitHub environment, whose protection rules decide who starts them."""
    return [
        {
            "Sid": "GitHubActions",
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{GITHUB}:aud": "sts.amazonaws.com",
                    f"{GITHUB}:sub": f"repo:{repository}:environment:{github_environment}",
                }
            },
        }
    ]


def _taken_by(principal: Statement, sid: str, condition: Statement, owns: str | None) -> Statement:
    actions = ["sts:AssumeRole"]
    if owns is not None:
        actions.append("sts:TagSession")
        tag = f"aws:RequestTag/{owns}"
        # An id with a slash would lead into another owner's folder.
        condition = {
            **condition,
            "StringLike": {tag: "?*"},
            "StringNotLike": {tag: "*/*"},
            "ForAllValues:StringEquals": {"aws:TagKeys": [owns]},
        }
    statement = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": actions}
    return {**statement, "Condition": condition} if condition else statement


def _stated(trust: Trust) -> Statement:
    return {"StringEquals": {"sts:ExternalId": trust.external_id}} if trust.external_id else {}


def _on_behalf(environment: Environment, service: str) -> Statement:
    """ECS says for whom it takes a role; EC2 and Lambda take none but those that the same account passed to them."""
    if service != "ecs-tasks":
        return {}
    tasks = f"arn:{environment.partition}:ecs:{environment.region}:{environment.account}:*"
    return {"StringEquals": {"aws:SourceAccount": environment.account}, "ArnLike": {"aws:SourceArn": tasks}}


def _word(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
