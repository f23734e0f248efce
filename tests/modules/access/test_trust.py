from __future__ import annotations

from typing import Any

import pytest

from environments import Environment
from environments.schema import Trust
from modules.access.trust import render_github_trust, render_trust

WEB = "arn:aws:iam::123456789012:role/web"
ROOT = "arn:aws:iam::123456789012:root"


def test_where_nobody_is_named_the_account_decides(environment: Environment) -> None:
    (statement,) = render_trust(environment, Trust())

    assert statement["Principal"] == {"AWS": [ROOT]}
    assert statement["Action"] == ["sts:AssumeRole"]
    assert "Condition" not in statement


def test_whoever_is_named_takes_the_role_and_nobody_else(environment: Environment) -> None:
    (statement,) = render_trust(environment, Trust(principals=(WEB,)), lenders=["arn:lender"])

    assert statement["Principal"] == {"AWS": [WEB, "arn:lender"]}


def test_an_external_id_has_to_be_stated(environment: Environment) -> None:
    (statement,) = render_trust(environment, Trust(principals=(WEB,), external_id="agreed-upon"))

    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "agreed-upon"}}


def test_ecs_takes_the_role_for_tasks_of_the_own_account(environment: Environment) -> None:
    (statement,) = render_trust(environment, Trust(services=("ecs-tasks",)))

    assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:ecs:eu-central-1:123456789012:*"},
    }


@pytest.mark.parametrize("service", ["ec2", "lambda"])
def test_services_that_take_only_what_the_account_passes_to_them_need_no_condition(
    environment: Environment, service: Any
) -> None:
    (statement,) = render_trust(environment, Trust(services=(service,)))

    assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
    assert "Condition" not in statement


def test_a_role_that_is_bound_to_an_owner_is_taken_with_the_owner_s_tag_alone(environment: Environment) -> None:
    (statement,) = render_trust(environment, Trust(), lenders=["arn:lender"], owns="user_id")

    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"] == {
        "StringLike": {"aws:RequestTag/user_id": "?*"},
        "StringNotLike": {"aws:RequestTag/user_id": "*/*"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["user_id"]},
    }


def test_github_takes_a_role_for_one_environment_of_one_repository() -> None:
    (statement,) = render_github_trust("arn:provider", repository="example/storage", github_environment="prod-plan")

    assert statement["Principal"] == {"Federated": "arn:provider"}
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:example/storage:environment:prod-plan",
        }
    }
