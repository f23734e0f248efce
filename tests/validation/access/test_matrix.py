"""Every persona against every kind of request, each really sent with the persona's role while IAM is enforced.

Whether it must be allowed follows from which patterns the persona has and what those were seen to send, not from any
policy.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from environments import Deployment
from environments.declared import OPERATIONS
from tests.validation.access.conftest import ClientOf
from tests.validation.access.recording import Part, Sent
from tierstore.connection import BucketConnection, Connection
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.identifiers import new_ulid
from tierstore.model import DATA_MODEL
from tierstore.s3.effects import S3Request
from validation.clients import Clients

pytestmark = pytest.mark.integration

PERSONAS: Final = (*(persona.name for persona in DATA_MODEL.personas), *OPERATIONS)
DENIALS: Final = {"AccessDenied", "AccessDeniedException", "403"}

OPERATIONS_ON_DATA: Final = {
    "operator": {
        "dynamodb:BatchGetItem",
        "dynamodb:GetItem",
        "dynamodb:Query",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
    },
    "auditor": set[str](),
    "backup": set[str](),
    "validator": {
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutObject",
    },
}
"""What those who run an environment may do with the data of applications, whatever it is of."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of an API, and what it asks IAM for."""

    service: str
    action: str
    parameters: dict[str, Any]
    parts: frozenset[Part]

    def is_allowed(self, client_of: ClientOf, persona: str) -> bool:
        """Send it with the persona's role."""
        try:
            getattr(client_of(persona, self.service), xform_name(self.action))(**as_boto3_takes_it(self.parameters))
        except ClientError as error:
            return error.response["Error"]["Code"] not in DENIALS
        return True


def as_boto3_takes_it(value: Any) -> Any:
    """Bytes as bytes, which the protocol has in base 64: what is stored a second time must be what it was."""
    match value:
        case {"B": str(encoded)}:
            return {"B": b64decode(encoded)}
        case dict():
            return {name: as_boto3_takes_it(each) for name, each in value.items()}
        case list() | tuple():
            return [as_boto3_takes_it(each) for each in value]
    return value


def call_of(effect: Any, parts: frozenset[Part]) -> Call | None:
    match effect:
        case S3Request(action="UploadPart" | "CompleteMultipartUpload"):
            # To IAM the same as PutObject; the upload that it belongs to is over.
            return None
        case DynamoDBRequest(action=action, document=document):
            return Call(service="dynamodb", action=action, parameters=dict(document), parts=parts)
        case S3Request(action=action, parameters=parameters):
            return Call(service="s3", action=action, parameters=dict(parameters), parts=parts)
    return None


@pytest.fixture(scope="module")
def calls(sent: list[Sent], user_id: str, clients: Clients, connection: Connection) -> list[Call]:
    """One call of each kind that any operation sends, and the same on behalf of another user."""
    found: dict[object, Call] = {}
    for each in sent:
        call = call_of(each.effect, each.parts)
        if call is not None:
            kind = frozenset((part.action, part.resource, part.kind, is_owned(part, user_id)) for part in call.parts)
            found.setdefault((call.action, kind), call)
    stranger = new_ulid()
    for call in found.values():
        if call.action in ("GetObject", "HeadObject") and call.parameters["Key"].startswith(f"uploads/{user_id}/"):
            # Who may list but the own part is denied what is not there; so it is there again.
            keep(clients, connection.buckets["uploads"], call.parameters["Key"])
    return [each for call in found.values() for each in (call, *on_behalf_of(call, user_id, stranger))]


def keep(clients: Clients, bucket: BucketConnection, key: str) -> None:
    encrypted: Any = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": bucket.kms_key_arn}
    clients.s3.put_object(Bucket=bucket.name, Key=key, Body=b"", **encrypted)


def on_behalf_of(call: Call, user_id: str, stranger: str) -> Iterator[Call]:
    if any(is_owned(part, user_id) for part in call.parts):
        text = json.dumps(call.parameters).replace(user_id, stranger)
        parts = frozenset(
            Part(
                action=part.action,
                resource=part.resource,
                partition=part.partition.replace(user_id, stranger),
                key=part.key.replace(user_id, stranger),
            )
            for part in call.parts
        )
        yield Call(service=call.service, action=call.action, parameters=json.loads(text), parts=parts)


def is_owned(part: Part, user_id: str) -> bool:
    return part.partition in {f"USER#{user_id}", f"ERASURE#{user_id}"} or part.key.startswith(f"uploads/{user_id}/")


def may(persona: str, part: Part, sent: list[Sent], user_id: str) -> bool:
    """Whether an operation of the persona sends such a part, and the owner's, where it is bound to one."""
    if persona in OPERATIONS:
        return part.action in OPERATIONS_ON_DATA[persona]
    declared = DATA_MODEL.persona(persona)
    names = {pattern.name for pattern in declared.patterns}
    own = {(each.action, each.resource, each.kind) for one in sent if one.pattern in names for each in one.parts}
    return (part.action, part.resource, part.kind) in own and (declared.owns is None or is_owned(part, user_id))


class Verdicts(list[tuple[str, str, bool, bool]]):
    """Persona, call, whether it must be allowed, whether it was."""

    def add(self, persona: str, call: str, *, expected: bool, found: bool) -> None:
        self.append((persona, call, expected, found))

    @property
    def wrong(self) -> list[str]:
        return [
            f"{persona}: {call} was {'allowed' if found else 'denied'}"
            for persona, call, expected, found in self
            if expected is not found
        ]


def test_each_persona_is_allowed_what_it_declares_and_nothing_else(
    calls: list[Call], sent: list[Sent], client_of: ClientOf, user_id: str
) -> None:
    verdicts = Verdicts()
    for persona in PERSONAS:
        for call in calls:
            expected = all(may(persona, part, sent, user_id) for part in call.parts)
            title = f"{call.action} {sorted(f'{part.resource} {part.partition}{part.key}' for part in call.parts)}"
            verdicts.add(persona, title, expected=expected, found=call.is_allowed(client_of, persona))

    assert not verdicts.wrong, "\n".join(verdicts.wrong)
    assert len(verdicts) >= 300
    assert {persona for persona, _, expected, _ in verdicts if expected} == set(PERSONAS) - {"auditor", "backup"}


LOOKING: Final = frozenset(OPERATIONS)
EVERYBODY: Final = frozenset(PERSONAS)
NOBODY: Final = frozenset[str]()
WHO_MAY: Final = {
    "scan a table": frozenset({"operator"}),
    "scan an index": frozenset({"operator"}),
    "select from a table": NOBODY,
    "describe a table": LOOKING,
    "change a table": NOBODY,
    "read another environment's table": NOBODY,
    "list all uploads": frozenset({"application", "data_protection", "operator", "validator"}),
    "read another environment's bucket": NOBODY,
    "read a bucket's policy": LOOKING,
    "change a bucket's policy": NOBODY,
    "read access logs": NOBODY,
    "store a backup": frozenset({"backup", "validator"}),
    "delete a backup": frozenset({"validator"}),
    "decrypt without a service": NOBODY,
    "describe a key": LOOKING,
    "disable a key": NOBODY,
    "find the environment": EVERYBODY,
    "read another parameter": NOBODY,
    "read a role": frozenset({"auditor", "validator"}),
    "give itself a policy": NOBODY,
    "lift its boundary": NOBODY,
    "create a user": NOBODY,
    "take the operator's role": NOBODY,
}
"""Beside the declared data: who may, by what."""


@pytest.fixture
def foreign_bucket(clients: Clients) -> Iterator[str]:
    """A bucket of another environment."""
    name = "tierstore-other-uploads"
    clients.s3.create_bucket(Bucket=name)
    yield name
    clients.s3.delete_bucket(Bucket=name)


def test_each_persona_is_kept_from_everything_else(
    client_of: ClientOf, deployment: Deployment, clients: Clients, foreign_bucket: str
) -> None:
    verdicts = Verdicts()
    for persona in PERSONAS:
        others = beside_the_data(persona, deployment, clients, foreign_bucket)
        assert others.keys() == WHO_MAY.keys()
        for title, (service, action, parameters) in others.items():
            call = Call(service=service, action=action, parameters=parameters, parts=frozenset())
            verdicts.add(persona, title, expected=persona in WHO_MAY[title], found=call.is_allowed(client_of, persona))

    assert not verdicts.wrong, "\n".join(verdicts.wrong)


def beside_the_data(
    persona: str, deployment: Deployment, clients: Clients, foreign_bucket: str
) -> dict[str, tuple[str, str, dict[str, Any]]]:
    environment = deployment.environment
    core, uploads, backups = (
        environment.physical_name("core"),
        environment.bucket_name("uploads"),
        environment.bucket_name("backups"),
    )
    role = environment.role_name(persona)
    key = clients.kms.describe_key(KeyId=f"alias/{environment.physical_name('s3')}")["KeyMetadata"]
    encrypt = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key["Arn"]}
    somebody = {"pk": {"S": "USER#1"}, "sk": {"S": "USER#PROFILE"}}
    anything = json.dumps({"Version": "2012-10-17", "Statement": []})
    operator = f"arn:aws:iam::{environment.account}:role/{environment.role_name('operator')}"
    return {
        "scan a table": ("dynamodb", "Scan", {"TableName": core}),
        "scan an index": ("dynamodb", "Scan", {"TableName": core, "IndexName": "gsi1"}),
        "select from a table": ("dynamodb", "ExecuteStatement", {"Statement": f'SELECT * FROM "{core}"'}),
        "describe a table": ("dynamodb", "DescribeTable", {"TableName": core}),
        "change a table": ("dynamodb", "UpdateTable", {"TableName": core, "BillingMode": "PAY_PER_REQUEST"}),
        "read another environment's table": ("dynamodb", "GetItem", {"TableName": "other-core", "Key": somebody}),
        "list all uploads": ("s3", "ListObjectsV2", {"Bucket": uploads}),
        "read another environment's bucket": ("s3", "GetObject", {"Bucket": foreign_bucket, "Key": "a"}),
        "read a bucket's policy": ("s3", "GetBucketPolicy", {"Bucket": uploads}),
        "change a bucket's policy": ("s3", "PutBucketPolicy", {"Bucket": uploads, "Policy": anything}),
        "read access logs": ("s3", "GetObject", {"Bucket": environment.bucket_name("logs"), "Key": "a"}),
        "store a backup": ("s3", "PutObject", {"Bucket": backups, "Key": "access-test", "Body": b"", **encrypt}),
        "delete a backup": ("s3", "DeleteObject", {"Bucket": backups, "Key": "access-test"}),
        "decrypt without a service": ("kms", "Decrypt", {"KeyId": key["Arn"], "CiphertextBlob": b"0" * 200}),
        "describe a key": ("kms", "DescribeKey", {"KeyId": key["Arn"]}),
        "disable a key": ("kms", "DisableKey", {"KeyId": key["Arn"]}),
        "find the environment": ("ssm", "GetParameter", {"Name": environment.connection_parameter}),
        "read another parameter": ("ssm", "GetParameter", {"Name": "/other/connection"}),
        "read a role": ("iam", "GetRole", {"RoleName": role}),
        "give itself a policy": (
            "iam",
            "PutRolePolicy",
            {"RoleName": role, "PolicyName": "more", "PolicyDocument": anything},
        ),
        "lift its boundary": ("iam", "DeleteRolePermissionsBoundary", {"RoleName": role}),
        "create a user": ("iam", "CreateUser", {"UserName": "somebody"}),
        "take the operator's role": ("sts", "AssumeRole", {"RoleArn": operator, "RoleSessionName": "test"}),
    }


def test_a_user_takes_the_uploader_s_role_with_the_own_id_only(
    client_of: ClientOf, deployment: Deployment, roles: dict[str, Any]
) -> None:
    assert roles["uploader"]
    arn = f"arn:aws:iam::{deployment.environment.account}:role/{deployment.environment.role_name('uploader')}"

    def is_taken(by: str, *tags: tuple[str, str]) -> bool:
        wanted = [{"Key": key, "Value": value} for key, value in tags]
        call = Call(
            service="sts",
            action="AssumeRole",
            parameters={"RoleArn": arn, "RoleSessionName": "test", "Tags": wanted},
            parts=frozenset(),
        )
        return call.is_allowed(client_of, by)

    assert is_taken("application", ("user_id", "somebody"))
    assert not is_taken("application")
    assert not is_taken("application", ("user_id", "somebody/else"))
    assert not is_taken("application", ("user_id", "somebody"), ("role", "administrator"))
    assert not is_taken("reader", ("user_id", "somebody"))
