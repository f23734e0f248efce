"""Nobody gets out of the bounds of roles: neither whoever deploys, nor a role that is deployed."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

import environments
from environments import Deployment, Environment
from environments.declared import APPLICATIONS, OPERATIONS
from environments.schema import AuditSettings, ForeignBucket, Freeze, ReplicationSettings
from modules.access import BoundaryArns
from modules.bootstrap import BootstrapStack
from modules.stack import EnvironmentStack
from tests.modules.template import Template, app, template
from tierstore.model import DATA_MODEL

ACCOUNT = "333333333333"
IAM = f"arn:aws:iam::{ACCOUNT}"
DEPLOY = f"{IAM}:role/tierstore-prod-deploy"
READER = f"{IAM}:role/tierstore-prod-reader"
FOREIGN = f"{IAM}:role/somebody-else"
LINKED = f"{IAM}:role/aws-service-role/some"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
SERVICES = f"{IAM}:policy/tierstore-prod-boundary-services"

THEIRS = ForeignBucket(
    bucket="theirs", account="444444444444", kms_key_arn="arn:aws:kms:us-west-2:444444444444:key/theirs"
)

Context = Mapping[str, str]
EVERYTHING = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def prod() -> Environment:
    """Production with everything that works by a role."""
    environment = environments.load("prod")
    budget = environment.budget.model_copy(update={"freeze": Freeze(roles=("developer",))})
    audit = AuditSettings(data_events="write", log_group=True)
    copied = environment.bucket("assets").model_copy(update={"replication": ReplicationSettings(destination=THEIRS)})
    buckets = environment.buckets | {"assets": copied}
    return environment.model_copy(update={"budget": budget, "audit": audit, "buckets": buckets})


@pytest.fixture(scope="module")
def bootstrap(prod: Environment) -> Template:
    deployment = Deployment(environment=prod, sandbox=None)
    return template(BootstrapStack(app(), deployment=deployment, model=DATA_MODEL))


@pytest.fixture(scope="module")
def stack(prod: Environment) -> Template:
    deployment = Deployment(environment=prod, sandbox=None)
    return template(EnvironmentStack(app(), deployment=deployment, model=DATA_MODEL))


def policy(bootstrap: Template, type_: str, name: str) -> Any:
    """A policy of the bootstrap stack, with ARNs for what is not known before it exists."""
    text = bootstrap.one(type_, name=f"tierstore-prod-{name}")["policy"]
    references = {
        rf"${{{bootstrap.address('aws_iam_policy', name=f'tierstore-prod-boundary-{group}')}.arn}}": (
            f"{IAM}:policy/tierstore-prod-boundary-{group}"
        )
        for group in ("applications", "operations", "services")
    }
    for reference, arn in references.items():
        text = text.replace(reference, arn)
    return json.loads(re.sub(r"\$\{aws_kms_key[^}]+\}", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/state", text))


def is_allowed(action: str, resource: str, context: Context, *, policy: Any, boundary: Any) -> bool:
    """What the engine decides by which the sandbox enforces IAM."""
    engine: Any = importlib.import_module("ministack.core.iam_evaluator")
    asked = engine.EvalContext(
        principal_arn=DEPLOY,
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=action,
        resource_arn=resource,
        region="us-east-1",
        service_context={key.lower(): value for key, value in context.items()},
        principal_keys={},
    )
    layers: Sequence[Any] = [[engine.parse_policy_document(each)] for each in (policy, boundary)]
    decision: str = engine.evaluate(asked, *layers).decision
    return decision == "Allow"


def bounded_by(arn: str) -> Context:
    return {"iam:PermissionsBoundary": arn}


def passed_to(service: str) -> Context:
    return {"iam:PassedToService": f"{service}.amazonaws.com"}


ESCALATIONS = [
    ("CreateRole", READER, {}),
    ("CreateRole", READER, bounded_by(ADMINISTRATOR)),
    ("CreateRole", READER, bounded_by(f"{IAM}:policy/tierstore-prod-boundary-workflows")),
    ("CreateRole", FOREIGN, bounded_by(SERVICES)),
    ("PutRolePolicy", READER, {}),
    ("PutRolePolicy", DEPLOY, bounded_by(SERVICES)),
    ("AttachRolePolicy", READER, {}),
    ("AttachRolePolicy", FOREIGN, bounded_by(SERVICES)),
    ("PutRolePermissionsBoundary", READER, bounded_by(ADMINISTRATOR)),
    ("PutRolePermissionsBoundary", DEPLOY, bounded_by(SERVICES)),
    ("DeleteRolePermissionsBoundary", READER, bounded_by(SERVICES)),
    ("DeleteRolePermissionsBoundary", DEPLOY, {}),
    ("UpdateAssumeRolePolicy", DEPLOY, {}),
    ("UpdateAssumeRolePolicy", FOREIGN, {}),
    *(
        (change, f"{IAM}:policy/tierstore-prod-boundary-{group}", {})
        for change in ("CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion")
        for group in ("applications", "operations", "services", "workflows")
    ),
    *(("PassRole", READER, passed_to(service)) for service in ("lambda", "glue", "sagemaker", "cloudformation")),
    ("PassRole", READER, {}),
    ("PassRole", FOREIGN, passed_to("backup")),
    ("CreateServiceLinkedRole", LINKED, {"iam:AWSServiceName": "organizations.amazonaws.com"}),
    ("CreateUser", f"{IAM}:user/tierstore-prod-me", {}),
    ("CreateAccessKey", f"{IAM}:user/somebody", {}),
    ("AddUserToGroup", f"{IAM}:group/administrators", {}),
    ("UpdateOpenIDConnectProviderThumbprint", f"{IAM}:oidc-provider/token.actions.githubusercontent.com", {}),
]


@pytest.mark.parametrize(("action", "resource", "context"), ESCALATIONS)
@pytest.mark.parametrize("given", ["its own policy", "an administrator's policy"])
def test_whoever_deploys_gets_no_further_rights(
    bootstrap: Template, action: str, resource: str, context: Context, given: str
) -> None:
    own = policy(bootstrap, "aws_iam_role_policy", "deploy") if given == "its own policy" else EVERYTHING
    boundary = policy(bootstrap, "aws_iam_policy", "boundary-workflows")

    assert not is_allowed(f"iam:{action}", resource, context, policy=own, boundary=boundary)


@pytest.mark.parametrize("action", ["sts:AssumeRole", "lambda:CreateFunction", "organizations:LeaveOrganization"])
def test_no_policy_gives_a_workflow_other_services(bootstrap: Template, action: str) -> None:
    boundary = policy(bootstrap, "aws_iam_policy", "boundary-workflows")

    assert not is_allowed(action, READER, {}, policy=EVERYTHING, boundary=boundary)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        *(
            (action, READER, bounded_by(f"{IAM}:policy/tierstore-prod-boundary-{group}"))
            for action in ("CreateRole", "PutRolePolicy", "PutRolePermissionsBoundary")
            for group in ("applications", "operations", "services")
        ),
        ("CreateServiceLinkedRole", LINKED, {"iam:AWSServiceName": "elasticache.amazonaws.com"}),
        ("CreateServiceLinkedRole", LINKED, {"iam:AWSServiceName": "reports.backup.amazonaws.com"}),
        ("DeleteRole", READER, {}),
        ("GetRole", READER, {}),
        ("SimulatePrincipalPolicy", READER, {}),
        ("UpdateAssumeRolePolicy", READER, {}),
        ("CreatePolicy", f"{IAM}:policy/tierstore-prod-freeze", {}),
        ("PassRole", READER, passed_to("backup")),
        ("PassRole", READER, passed_to("vpc-flow-logs")),
        ("CreateInstanceProfile", f"{IAM}:instance-profile/tierstore-prod-reader", {}),
    ],
)
def test_whoever_deploys_makes_bounded_roles(bootstrap: Template, action: str, resource: str, context: Context) -> None:
    own = policy(bootstrap, "aws_iam_role_policy", "deploy")
    boundary = policy(bootstrap, "aws_iam_policy", "boundary-workflows")

    assert is_allowed(f"iam:{action}", resource, context, policy=own, boundary=boundary)


ANYTHING = "*"
PREFIX_LIST = "arn:aws:ec2:us-east-1:aws:prefix-list/pl-02cd2c6b"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("backup-storage:MountCapsule", ANYTHING),
        ("config:DescribeConfigurationRecorderStatus", ANYTHING),
        ("logs:CreateLogDelivery", ANYTHING),
        ("logs:PutResourcePolicy", ANYTHING),
        ("ec2:GetManagedPrefixListEntries", PREFIX_LIST),
        ("route53:AssociateVPCWithHostedZone", "arn:aws:route53:::hostedzone/Z0123456789"),
    ],
)
def test_whoever_deploys_may_do_what_aws_asks_for_besides(bootstrap: Template, action: str, resource: str) -> None:
    own = policy(bootstrap, "aws_iam_role_policy", "deploy")
    boundary = policy(bootstrap, "aws_iam_policy", "boundary-workflows")

    assert is_allowed(action, resource, {}, policy=own, boundary=boundary)


OURS = [
    ("backup:CreateFramework", "backup:us-east-1:{account}:framework:tierstore_prod-0a1b"),
    ("backup:CreateReportPlan", "backup:us-east-1:{account}:report-plan:tierstore_prod_backup_jobs-0a1b"),
    ("cloudtrail:PutEventSelectors", "cloudtrail:us-east-1:{account}:trail/tierstore-prod-data-events"),
    ("elasticache:CreateServerlessCache", "elasticache:us-east-1:{account}:serverlesscache:tierstore-prod"),
    ("elasticache:ModifyGlobalReplicationGroup", "elasticache::{account}:globalreplicationgroup:ldgnf-tierstore-prod"),
    ("elasticache:ModifyReplicationGroup", "elasticache:us-west-2:{account}:replicationgroup:tierstore-prod-replica"),
    ("logs:PutRetentionPolicy", "logs:us-west-2:{account}:log-group:/tierstore/prod-replica/redis/slow-log"),
    ("ssm:PutParameter", "ssm:us-west-2:{account}:parameter/tierstore/prod/connection"),
]


@pytest.mark.parametrize(("action", "place"), OURS, ids=[action for action, _ in OURS])
def test_whoever_deploys_changes_what_is_the_environments_in_both_regions(
    bootstrap: Template, action: str, place: str
) -> None:
    own = policy(bootstrap, "aws_iam_role_policy", "deploy")
    boundary = policy(bootstrap, "aws_iam_policy", "boundary-workflows")

    assert is_allowed(action, f"arn:aws:{place.format(account=ACCOUNT)}", {}, policy=own, boundary=boundary)


@pytest.mark.parametrize(("action", "place"), [each for each in OURS if not each[0].startswith("backup")])
def test_whoever_deploys_changes_nothing_of_another_environment(bootstrap: Template, action: str, place: str) -> None:
    own = policy(bootstrap, "aws_iam_role_policy", "deploy")
    theirs = place.format(account=ACCOUNT).replace("tierstore-prod", "tierstore-dev").replace("/prod", "/dev")

    assert not is_allowed(action, f"arn:aws:{theirs}", {}, policy=own, boundary=EVERYTHING)


def test_whoever_plans_reads_what_the_networks_rules_name(bootstrap: Template) -> None:
    own = policy(bootstrap, "aws_iam_role_policy", "plan")

    assert is_allowed("ec2:GetManagedPrefixListEntries", PREFIX_LIST, {}, policy=own, boundary=EVERYTHING)


def test_workflows_are_bounded(bootstrap: Template) -> None:
    boundary = bootstrap.address("aws_iam_policy", name="tierstore-prod-boundary-workflows")

    assert {role["permissions_boundary"] for role in bootstrap.all("aws_iam_role")} == {f"${{{boundary}.arn}}"}


@pytest.mark.parametrize("name", ["plan", "deploy"])
def test_a_boundary_takes_nothing_from_a_workflow(bootstrap: Template, name: str) -> None:
    own = policy(bootstrap, "aws_iam_role_policy", name)
    boundary = policy(bootstrap, "aws_iam_policy", "boundary-workflows")
    allowed = [statement for statement in own["Statement"] if statement["Effect"] == "Allow"]

    lost = [
        (action, resource)
        for statement in allowed
        for action in statement["Action"]
        for resource in statement["Resource"]
        if "Condition" not in statement and not is_allowed(action, resource, {}, policy=own, boundary=boundary)
    ]
    assert lost == []


def test_every_role_of_an_environment_is_bounded(stack: Template, prod: Environment) -> None:
    boundaries = BoundaryArns.of(prod)
    services = {
        role["name"] for role in stack.all("aws_iam_role") if role["permissions_boundary"] == boundaries.services
    }

    assert {role["permissions_boundary"] for role in stack.all("aws_iam_role")} == {
        boundaries.applications,
        boundaries.operations,
        boundaries.services,
    }
    assert {"tierstore-prod-flow-logs", "tierstore-prod-backup-jobs", "tierstore-prod-freeze"} <= services


@pytest.mark.parametrize(("group", "personas"), [("applications", APPLICATIONS), ("operations", OPERATIONS)])
def test_a_boundary_takes_nothing_from_a_persona(
    stack: Template, bootstrap: Template, group: str, personas: Sequence[str]
) -> None:
    boundary = policy(bootstrap, "aws_iam_policy", f"boundary-{group}")

    lost = [
        (persona, action, resource)
        for persona in personas
        for statement in json.loads(
            stack.one("aws_iam_role_policy", name=f"tierstore-prod-{persona.replace('_', '-')}")["policy"]
        )["Statement"]
        for action in statement["Action"]
        for resource in map(known, statement["Resource"])
        if not is_allowed(action, resource, {}, policy=EVERYTHING, boundary=boundary)
    ]
    assert lost == []


def test_a_boundary_takes_nothing_from_a_service(stack: Template, bootstrap: Template, prod: Environment) -> None:
    boundary = policy(bootstrap, "aws_iam_policy", "boundary-services")
    roles = {
        f"${{aws_iam_role.{name}.": body["permissions_boundary"]
        for name, body in stack.document["resource"]["aws_iam_role"].items()
    }

    lost = [
        (action, resource)
        for attached in stack.all("aws_iam_role_policy")
        if any(
            attached["role"].startswith(role) and bound == BoundaryArns.of(prod).services
            for role, bound in roles.items()
        )
        for statement in json.loads(attached["policy"])["Statement"]
        for action in listed(statement["Action"])
        for resource in map(known, listed(statement["Resource"]))
        if not is_allowed(action, resource, frozen(prod), policy=EVERYTHING, boundary=boundary)
    ]
    assert lost == []


@pytest.mark.parametrize("role", ["developer", "tierstore-prod-deploy"])
def test_the_end_of_a_budget_gives_nobody_rights(bootstrap: Template, role: str) -> None:
    boundary = policy(bootstrap, "aws_iam_policy", "boundary-services")
    asked = {"iam:PolicyARN": ADMINISTRATOR}

    assert not is_allowed("iam:AttachRolePolicy", f"{IAM}:role/{role}", asked, policy=EVERYTHING, boundary=boundary)


def listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def frozen(environment: Environment) -> Context:
    return {"iam:PolicyARN": f"{IAM}:policy/{environment.physical_name('freeze')}"}


def known(resource: str) -> str:
    """An ARN for what is not known before it exists."""
    kinds = {
        "aws_backup_vault": f"arn:aws:backup:us-east-1:{ACCOUNT}:backup-vault:tierstore-prod",
        "aws_cloudwatch_log_group": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/tierstore/prod/some",
        "aws_dynamodb_table": f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/tierstore-prod-core",
        "aws_kms_key": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/some",
        "aws_kms_replica_key": f"arn:aws:kms:us-west-2:{ACCOUNT}:key/some",
        "aws_s3_bucket": f"arn:aws:s3:::tierstore-prod-{ACCOUNT}-uploads",
    }
    return re.sub(r"\$\{(\w+)\.[\w-]+\.\w+\}", lambda reference: kinds[reference[1]], resource)
