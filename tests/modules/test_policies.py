"""Every policy of every stack, whoever added it, before the judges of policies: parliament and cloudsplaining."""

from __future__ import annotations

import importlib
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument

import environments
from environments import Deployment
from modules.bootstrap import BootstrapStack
from modules.policy import LARGEST_MANAGED_POLICY, LARGEST_ROLE_POLICIES, Statement
from modules.stack import EnvironmentStack
from tests.modules.template import Template, app, template
from tierstore.model import DATA_MODEL

ACCOUNT: Final = "333333333333"
UUID: Final = "12345678-1234-1234-1234-123456789012"
ON_THE_RESOURCE: Final = {
    "aws_kms_key": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{UUID}",
    "aws_kms_replica_key": f"arn:aws:kms:us-west-2:{ACCOUNT}:key/{UUID}",
    "aws_iam_role": f"arn:aws:iam::{ACCOUNT}:role/some",
}
"""By type, what `*`, or nothing, as a resource means in a policy that stands on the resource itself."""

ARNS: Final = {
    "aws_backup_vault": "arn:aws:backup:us-east-1:{account}:backup-vault:{name}",
    "aws_cloudwatch_log_group": "arn:aws:logs:us-east-1:{account}:log-group:{name}",
    "aws_dynamodb_table": "arn:aws:dynamodb:us-east-1:{account}:table/{name}",
    "aws_iam_openid_connect_provider": "arn:aws:iam::{account}:oidc-provider/example.com",
    "aws_iam_policy": "arn:aws:iam::{account}:policy/{name}",
    "aws_iam_role": "arn:aws:iam::{account}:role/{name}",
    "aws_kinesis_stream": "arn:aws:kinesis:us-east-1:{account}:stream/{name}",
    "aws_s3_bucket": "arn:aws:s3:::{bucket}",
    "aws_sns_topic": "arn:aws:sns:us-east-1:{account}:{name}",
}
"""By type, what an ARN will look like that is not known before the resource exists."""

AS_AWS_DOCUMENTS: Final = (
    # Parliament takes whole numbers only, the key has one decimal (Amazon S3: Amazon S3 condition keys).
    ("MISMATCHED_TYPE", "s3:TlsVersion"),
    # An ARN of a log group, in a condition that CloudWatch Logs asks for word by word (Encrypt log data using KMS).
    ("MISMATCHED_TYPE", "ArnLike requires a value of type Arn but given String"),
    ("UNKNOWN_CONDITION_FOR_ACTION", "kms:EncryptionContext:aws:logs:arn"),
    # A key's ARN is compared as the text that a request's header is (Amazon S3: bucket policy examples).
    ("MISMATCHED_TYPE_BUT_USABLE", "StringNotEquals requires a value of type String but given Arn"),
    # The claims of GitHub's tokens (IAM user guide: identity federation with GitHub).
    ("UNKNOWN_CONDITION_FOR_ACTION", "token.actions.githubusercontent.com"),
    ("UNKNOWN_FEDERATION_SOURCE", ":oidc-provider/"),
    # Who denies s3:* also names the few of its actions that have no such condition.
    ("UNKNOWN_CONDITION_FOR_ACTION", "s3:TlsVersion"),
)
"""What parliament finds and is meant to be so: the finding, and what its text contains."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy document of a stack, with what Terraform will put in for its references."""

    stack: str
    type: str
    name: str
    attribute: str
    document: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.stack} {self.type} {self.name.rpartition('_')[0]} {self.attribute}"

    @property
    def text(self) -> str:
        return json.dumps(self.document)

    @property
    def gives_permissions(self) -> bool:
        """Whether it says what somebody may, rather than bounding what others say."""
        return self.type != "aws_vpc_endpoint"


def stacks() -> Iterator[tuple[str, Template]]:
    for name in ("local", "prod"):
        environment = environments.load(name)
        deployment = Deployment(environment=environment, sandbox=None)
        if environment.state == "bucket":
            yield f"bootstrap-{name}", template(BootstrapStack(app(), deployment=deployment, model=DATA_MODEL))
        yield name, template(EnvironmentStack(app(), deployment=deployment, model=DATA_MODEL))


def policies() -> Iterator[Policy]:
    for stack, synthesized in stacks():
        resources = synthesized.document["resource"]
        for type_, bodies in resources.items():
            for name, body in bodies.items():
                for attribute, value in body.items():
                    if isinstance(value, str) and '"Statement"' in value:
                        document = json.loads(known(value, resources))
                        yield Policy(
                            stack=stack,
                            type=type_,
                            name=name,
                            attribute=attribute,
                            document=completed(document, type_),
                        )


def known(text: str, resources: Mapping[str, Any]) -> str:
    """The policy as it will be: references to other resources become ARNs, IAM's own variables stay."""

    def arn(reference: re.Match[str]) -> str:
        type_, name = reference[1], reference[2]
        if type_ in ON_THE_RESOURCE and type_ not in ARNS:
            return ON_THE_RESOURCE[type_]
        body = {"name": "some", **resources[type_][name]}
        return ARNS[type_].format(account=ACCOUNT, **body)

    return re.sub(r"(?<!\$)\$\{(\w+)\.([\w-]+)\.\w+\}", arn, text).replace("$${", "${")


def completed(document: dict[str, Any], type_: str) -> dict[str, Any]:
    own = ON_THE_RESOURCE.get(type_)
    for statement in document["Statement"]:
        if own is not None and statement.get("Resource", "*") == "*":
            statement["Resource"] = own
        if type_ == "aws_s3_access_point":
            # Parliament knows the bucket and its objects only, for which an access point stands.
            statement["Resource"] = re.sub(
                r":s3:[^:]*:\d*:accesspoint/([^/]+)(/object)?", r":s3:::\1", statement["Resource"]
            )
    return document


@pytest.fixture(scope="module")
def every_policy() -> tuple[Policy, ...]:
    return tuple(policies())


@pytest.fixture(scope="module")
def parliament() -> ModuleType:
    """Parliament, whose import warns of its own code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("parliament")


def test_there_are_policies_of_every_kind(every_policy: tuple[Policy, ...]) -> None:
    assert {policy.type for policy in every_policy} >= {
        "aws_iam_policy",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_kms_key",
        "aws_s3_bucket_policy",
        "aws_vpc_endpoint",
    }


def test_parliament_finds_nothing(every_policy: tuple[Policy, ...], parliament: ModuleType) -> None:
    found = {
        f"{policy}: {finding.issue} {finding.detail}"
        for policy in every_policy
        for statement in policy.document["Statement"]
        for finding in parliament.analyze_policy_string(alone(statement)).findings
        if not any(finding.issue == issue and part in str(finding.detail) for issue, part in AS_AWS_DOCUMENTS)
        and not is_by_pattern(finding, statement)
    }

    assert not found, "\n".join(sorted(found))


def alone(statement: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_no_two_statements_of_a_policy_have_one_name(every_policy: tuple[Policy, ...]) -> None:
    names = {
        str(policy): [each["Sid"] for each in policy.document["Statement"] if "Sid" in each] for policy in every_policy
    }

    assert {policy: sids for policy, sids in names.items() if len(set(sids)) < len(sids)} == {}


def is_by_pattern(finding: Any, statement: Statement) -> bool:
    """Whether it is only about actions that a pattern covers, some of which are always about other resources."""
    if finding.issue not in ("RESOURCE_MISMATCH", "RESOURCE_STAR"):
        return False
    actions = {each["action"] if isinstance(each, dict) else each for each in finding.detail}
    return actions.isdisjoint(listed(statement["Action"]))


def test_cloudsplaining_finds_nothing(every_policy: tuple[Policy, ...]) -> None:
    found = {
        f"{policy}: {risk} {actions}"
        for policy in every_policy
        if policy.gives_permissions
        for risk, actions in risks(PolicyDocument(dict(policy.document))).items()
        if actions
    }

    assert not found, "\n".join(sorted(found))


def risks(document: Any) -> dict[str, list[str]]:
    return {
        "privilege escalation": document.allows_privilege_escalation,
        "permissions management": document.permissions_management_without_constraints,
        "infrastructure modification": document.infrastructure_modification,
        "data exfiltration": document.allows_data_exfiltration_actions,
        "credentials exposure": document.credentials_exposure,
    }


def test_nobody_is_allowed_every_action(every_policy: tuple[Policy, ...]) -> None:
    generous = [
        str(policy)
        for policy in every_policy
        for statement in policy.document["Statement"]
        if statement["Effect"] == "Allow" and "*" in listed(statement["Action"])
    ]

    assert generous == []


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_iam_takes_the_size_of_every_policy(every_policy: tuple[Policy, ...]) -> None:
    limits = {"aws_iam_policy": LARGEST_MANAGED_POLICY, "aws_iam_role_policy": LARGEST_ROLE_POLICIES}

    sizes = {str(policy): len("".join(policy.text.split())) for policy in every_policy if policy.type in limits}

    assert {
        str(policy): sizes[str(policy)]
        for policy in every_policy
        if policy.type in limits and sizes[str(policy)] > limits[policy.type]
    } == {}


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ({"Action": "s3:GetObject", "Resource": "arn:aws:s3:::a"}, "RESOURCE_MISMATCH"),
        ({"Action": "s3:ReadObject", "Resource": "arn:aws:s3:::a/*"}, "UNKNOWN_ACTION"),
    ],
)
def test_parliament_would_find_a_mistake(parliament: ModuleType, statement: Statement, finding: str) -> None:
    text = alone({"Effect": "Allow", **statement})

    assert [each.issue for each in parliament.analyze_policy_string(text).findings] == [finding]


def test_cloudsplaining_would_find_a_risk() -> None:
    statement = {"Effect": "Allow", "Action": ["iam:PutRolePolicy", "s3:GetObject"], "Resource": "*"}

    found = risks(PolicyDocument({"Version": "2012-10-17", "Statement": [statement]}))

    assert found["data exfiltration"] == ["s3:GetObject"]
    assert found["permissions management"] == ["iam:PutRolePolicy"]
