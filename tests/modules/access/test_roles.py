from __future__ import annotations

import json
from typing import Any

import pytest

from environments import Deployment, Environment
from environments.declared import APPLICATIONS, OPERATIONS
from environments.schema import AccessSettings, GitHubSettings, Trust
from modules.access import BoundaryArns, DataKeys, Personas
from modules.bootstrap import BootstrapStack
from tests.modules.template import Block, Template, app, statements, synthesized, template
from tierstore.model import DATA_MODEL

BOUNDARIES = BoundaryArns(applications="arn:applications", operations="arn:operations", services="arn:services")
LENT = {"uploader": Trust(personas=("application",)), "reader": Trust(services=("ec2",))}


@pytest.fixture(scope="module")
def personas(environment: Environment) -> Template:
    chosen = environment.model_copy(update={"access": AccessSettings(personas=LENT, session_hours=2)})
    keys = DataKeys(dynamodb="arn:items", s3="arn:objects")
    return synthesized(
        lambda stack: Personas(stack, "access", environment=chosen, model=DATA_MODEL, keys=keys, boundaries=BOUNDARIES)
    )


def role(personas: Template, persona: str) -> Block:
    return personas.one("aws_iam_role", name=f"tierstore-test-{persona.replace('_', '-')}")


def test_each_persona_has_a_role_and_a_policy(personas: Template) -> None:
    names = {f"tierstore-test-{name.replace('_', '-')}" for name in (*APPLICATIONS, *OPERATIONS)}

    assert {each["name"] for each in personas.all("aws_iam_role")} == names
    assert {each["name"] for each in personas.all("aws_iam_role_policy")} == names


def test_every_role_is_bounded_by_its_kind(personas: Template) -> None:
    for names, boundary in ((APPLICATIONS, BOUNDARIES.applications), (OPERATIONS, BOUNDARIES.operations)):
        assert {role(personas, name)["permissions_boundary"] for name in names} == {boundary}


def test_a_role_is_held_as_long_as_the_environment_says(personas: Template) -> None:
    assert {each["max_session_duration"] for each in personas.all("aws_iam_role")} == {7200}


def test_a_lent_role_is_taken_by_its_lender_who_may_take_it(personas: Template) -> None:
    lender = personas.address("aws_iam_role", name="tierstore-test-application")
    trust = statements(role(personas, "uploader")["assume_role_policy"])["Principals"]
    policy = personas.one("aws_iam_role_policy", name="tierstore-test-application")

    assert trust["Principal"] == {"AWS": [f"${{{lender}.arn}}"]}
    assert statements(policy["policy"])["LentRoles"]["Resource"] == [
        "arn:aws:iam::123456789012:role/tierstore-test-uploader"
    ]


def test_instances_get_a_profile_for_their_role(personas: Template) -> None:
    assert [each["name"] for each in personas.all("aws_iam_instance_profile")] == ["tierstore-test-reader"]


def allowed(personas: Template, persona: str) -> set[str]:
    policy: list[dict[str, Any]] = json.loads(
        personas.one("aws_iam_role_policy", name=f"tierstore-test-{persona}")["policy"]
    )["Statement"]
    return {action for statement in policy for action in statement["Action"]}


def test_only_the_operator_scans(personas: Template) -> None:
    everybody = {name.replace("_", "-") for name in (*APPLICATIONS, *OPERATIONS)}

    assert {name for name in everybody if "dynamodb:Scan" in allowed(personas, name)} == {"operator"}


def test_the_auditor_changes_and_reads_no_data(personas: Template) -> None:
    reads = ("Describe", "Get", "List", "Lookup", "Simulate", "View")
    verbs = {action.partition(":")[2] for action in allowed(personas, "auditor")}

    assert {verb for verb in verbs if not verb.startswith(reads)} == set()
    assert not {"GetItem", "GetObject", "GetLogEvents"} & verbs


def test_who_takes_backups_deletes_nothing(personas: Template) -> None:
    assert not [action for action in allowed(personas, "backup") if action.partition(":")[2].startswith("Delete")]


@pytest.fixture(scope="module")
def workflows(environment: Environment) -> Template:
    settings = AccessSettings(github=GitHubSettings(repository="example/storage"))
    deployment = Deployment(environment=environment.model_copy(update={"access": settings}), sandbox=None)
    return template(BootstrapStack(app(), deployment=deployment, model=DATA_MODEL))


@pytest.mark.parametrize(("name", "github_environment"), [("plan", "test-plan"), ("deploy", "test")])
def test_workflows_take_their_role_in_their_environment_of_github(
    workflows: Template, name: str, github_environment: str
) -> None:
    trust = statements(role(workflows, name)["assume_role_policy"])["GitHubActions"]

    subject = trust["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject == f"repo:example/storage:environment:{github_environment}"


def test_who_deploys_does_not_change_the_roles_of_workflows(workflows: Template) -> None:
    policy = workflows.one("aws_iam_role_policy", name="tierstore-test-deploy")

    assert statements(policy["policy"])["OwnRoles"] == {
        "Sid": "OwnRoles",
        "Effect": "Deny",
        "Action": "iam:*",
        "Resource": [
            "arn:aws:iam::123456789012:role/tierstore-test-deploy",
            "arn:aws:iam::123456789012:role/tierstore-test-plan",
        ],
    }


def test_who_plans_changes_nothing_but_the_lock_of_the_state(workflows: Template) -> None:
    policy = workflows.one("aws_iam_role_policy", name="tierstore-test-plan")
    changes = {
        sid
        for sid, statement in statements(policy["policy"]).items()
        for action in statement["Action"]
        if not action.partition(":")[2].startswith(("Describe", "Get", "List", "View"))
    }

    assert changes == {"StateChanges", "StateKey"}
    assert statements(policy["policy"])["StateChanges"]["Resource"] == [
        "arn:aws:s3:::tierstore-test-123456789012-state/test.tfstate.tflock"
    ]


def test_a_provider_that_exists_is_not_made_again(environment: Environment) -> None:
    settings = AccessSettings(github=GitHubSettings(repository="example/storage", provider="existing"))
    deployment = Deployment(environment=environment.model_copy(update={"access": settings}), sandbox=None)
    stack = template(BootstrapStack(app(), deployment=deployment, model=DATA_MODEL))

    assert stack.all("aws_iam_openid_connect_provider") == []
    trust = statements(role(stack, "plan")["assume_role_policy"])["GitHubActions"]
    assert trust["Principal"]["Federated"].endswith(":oidc-provider/token.actions.githubusercontent.com")


def test_without_a_repository_there_are_no_roles_for_workflows(on_aws: Deployment) -> None:
    assert template(BootstrapStack(app(), deployment=on_aws, model=DATA_MODEL)).all("aws_iam_role") == []
