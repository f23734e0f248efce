"""S3 and DynamoDB as a sandbox serves them: over TLS, to an IAM user, the buckets denying what is not encrypted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any, TypeVar

import boto3
import pytest

from environments.target import CREDENTIALS_PROFILE, SandboxConnection
from tests.support.deployed import running_sandbox
from tierstore.aws import Aws
from tierstore.connection import BucketConnection, Connection, RedisConnection
from tierstore.core.effects import Effect, Plan
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.core.runners import SyncRunner
from tierstore.core.transports import Transport, Transports
from tierstore.declaration.tables import GlobalIndex, LocalIndex, Table
from tierstore.dynamodb.boto3_transport import Boto3Transport
from tierstore.dynamodb.effects import DynamoDBRequest
from tierstore.model.buckets import ASSETS, UPLOADS
from tierstore.model.tables import TABLES
from tierstore.s3.bucket import LiveBucket
from tierstore.s3.effects import DiskWork, S3Request, SignedForm, SignedUrl
from tierstore.s3.transport import S3Transport

Result = TypeVar("Result")
NO_WAIT = Backoff(attempts=3, base_seconds=0, cap_seconds=0)


def retries() -> RetryPolicy:
    return RetryPolicy(failed=NO_WAIT, throttled=NO_WAIT, budget=RetryBudget(), random=lambda: 0.0)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxConnection]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as directory:
        yield SandboxConnection.load(directory)


@pytest.fixture(scope="session")
def client(sandbox: SandboxConnection) -> Iterator[Callable[[str], Any]]:
    """Clients of whoever prepares and inspects."""
    session: Any = boto3.Session()
    with ExitStack() as made:

        def make(service: str) -> Any:
            client = session.client(
                service,
                endpoint_url=sandbox.endpoint,
                region_name=sandbox.region,
                aws_access_key_id=sandbox.access_key_id,
                aws_secret_access_key=sandbox.secret_access_key,
                verify=str(sandbox.ca_file),
            )
            return made.enter_context(closing(client))

        yield make


@pytest.fixture(scope="session")
def s3(client: Callable[[str], Any]) -> Any:
    return client("s3")


@pytest.fixture(scope="session")
def connection(sandbox: SandboxConnection, client: Callable[[str], Any], s3: Any) -> Connection:
    key = client("kms").create_key()["KeyMetadata"]["Arn"]
    buckets = {}
    for declared in (ASSETS, UPLOADS):
        name = f"tierstore-test-{declared.name}"
        s3.create_bucket(Bucket=name)
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_policy(Bucket=name, Policy=json.dumps(_deny_unencrypted(name, key)))
        buckets[declared.name] = BucketConnection(name=name, kms_key_arn=key)
    dynamodb = client("dynamodb")
    tables = {table.name: f"tierstore-test-{table.name}" for table in TABLES}
    for table in TABLES:
        dynamodb.create_table(TableName=tables[table.name], **_render_table(table))
    return Connection(
        environment="test",
        region=sandbox.region,
        tables=tables,
        buckets=buckets,
        redis=RedisConnection(
            # Nobody listens there, which no server of names has to be asked for.
            replication_group_id="none",
            host="127.0.0.1",
            port=1,
            tls=True,
            user="none",
            authentication="iam",
        ),
        endpoint_url=sandbox.endpoint,
        ca_file=sandbox.ca_file,
        profile=CREDENTIALS_PROFILE,
    )


def _render_table(table: Table) -> dict[str, Any]:
    keys = [(table.partition_key, table.sort_key), *((i.partition_key, i.sort_key) for i in table.global_indexes)]
    names = dict.fromkeys(name for pair in keys for name in pair if name)
    names |= dict.fromkeys(index.sort_key for index in table.local_indexes)

    def schema(partition: str, sort: str | None) -> list[dict[str, str]]:
        hashed = [{"AttributeName": partition, "KeyType": "HASH"}]
        return hashed if sort is None else [*hashed, {"AttributeName": sort, "KeyType": "RANGE"}]

    def indexes(declared: Iterable[GlobalIndex | LocalIndex]) -> list[dict[str, Any]]:
        return [
            {
                "IndexName": index.name,
                "KeySchema": schema(getattr(index, "partition_key", table.partition_key), index.sort_key),
                "Projection": {"ProjectionType": "ALL"},
            }
            for index in declared
        ]

    rendered = {
        "KeySchema": schema(table.partition_key, table.sort_key),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
        "BillingMode": "PAY_PER_REQUEST",
        "GlobalSecondaryIndexes": indexes(table.global_indexes),
        "LocalSecondaryIndexes": indexes(table.local_indexes),
    }
    return {name: value for name, value in rendered.items() if value}


def _deny_unencrypted(name: str, key: str) -> dict[str, Any]:
    """As deployed: the wrong encryption, none, the wrong key, none."""
    wanted = {
        "s3:x-amz-server-side-encryption": "aws:kms",
        "s3:x-amz-server-side-encryption-aws-kms-key-id": key,
    }
    statements = [
        {
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{name}/*",
            "Condition": {"StringNotEquals": {stated: value}},
        }
        for stated, value in wanted.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}


@pytest.fixture(scope="session")
def aws(connection: Connection, sandbox: SandboxConnection) -> Aws:
    found = Aws(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(sandbox.credentials_file))
        found.credentials()
    return found


@pytest.fixture(scope="session")
def transport(aws: Aws) -> Iterator[S3Transport]:
    with closing(S3Transport(aws)) as made:
        yield made


@pytest.fixture(scope="session")
def carry_out(aws: Aws, transport: S3Transport) -> Iterator[Callable[[Effect[Any]], Any]]:
    """Carries out the effects of both tiers."""

    def s3() -> Transport:
        return transport

    with closing(Boto3Transport(aws)) as dynamodb:
        transports: Transports[Transport] = Transports(
            {S3Request: s3, SignedUrl: s3, SignedForm: s3, DiskWork: s3, DynamoDBRequest: lambda: dynamodb}
        )
        yield transports.carry_out


@pytest.fixture(scope="session")
def runner(carry_out: Callable[[Effect[Any]], Any]) -> Iterator[SyncRunner]:
    with ThreadPoolExecutor(4) as threads:
        yield SyncRunner(carry_out, lambda: threads)


@pytest.fixture(scope="session")
def run(runner: SyncRunner) -> Callable[[Plan[Result]], Result]:
    """Carries a plan out."""
    return runner.run


@pytest.fixture(scope="session")
def uploads(connection: Connection) -> LiveBucket:
    return LiveBucket.of(UPLOADS, connection, retries())


@pytest.fixture(scope="session")
def assets(connection: Connection) -> LiveBucket:
    return LiveBucket.of(ASSETS, connection, retries())
