"""Tables of moto, in this process, and plans run against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

import boto3
import pytest
from moto import mock_aws

from tests.tierstore.dynamodb.specimens import TABLE
from tierstore.aws import Aws
from tierstore.connection import BucketConnection, Connection, RedisConnection
from tierstore.core.context import Context
from tierstore.core.effects import Effect, Plan, Sleep
from tierstore.core.pages import Listing
from tierstore.core.retries import Backoff, RetryBudget, RetryPolicy
from tierstore.core.runners import SyncRunner
from tierstore.declaration.tables import GlobalIndex, Table
from tierstore.dynamodb.boto3_transport import Boto3Transport
from tierstore.dynamodb.database import Database
from tierstore.dynamodb.effects import DynamoDBRequest, as_document
from tierstore.dynamodb.repository import Repository
from tierstore.model.buckets import ASSETS, UPLOADS
from tierstore.model.tables import CORE, STATE

Result = TypeVar("Result")
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONNECTION = Connection(
    environment="test",
    region="eu-central-1",
    tables={table.name: f"test-{table.name}" for table in (TABLE, CORE, STATE)},
    buckets={bucket.name: BucketConnection(name=f"test-{bucket.name}") for bucket in (ASSETS, UPLOADS)},
    redis=RedisConnection(replication_group_id="r", host="h", port=1, tls=True, user="u", authentication="iam"),
)
Interruption = Callable[[DynamoDBRequest[Any]], None]


@dataclass
class World:
    """A clock that only the test moves, dice that always fall the same way, and a record of what was asked."""

    carry_out: Callable[[DynamoDBRequest[Any]], Any]
    moment: datetime = START
    requests: list[DynamoDBRequest[Any]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    before: list[Interruption] = field(default_factory=list)
    """Each is called before one request, in turn; it may raise instead of the answer."""
    after: list[Interruption] = field(default_factory=list)
    """Each is called after one request was carried out, in turn; it may raise instead of the answer."""
    watch: None = None

    def __post_init__(self) -> None:
        tokens = count(1)
        self.context = Context(
            connection=CONNECTION,
            now=lambda: self.moment,
            random=lambda: 0.5,
            new_token=lambda: f"token-{next(tokens)}",
        )
        backoff = Backoff(attempts=4, base_seconds=1, cap_seconds=8)
        retries = RetryPolicy(failed=backoff, throttled=backoff, budget=RetryBudget(), random=self.context.random)
        self.repository = Repository(self.context, retries)

    @property
    def database(self) -> Database:
        return self.repository.database

    @property
    def actions(self) -> list[str]:
        """What was asked since the last look."""
        actions = [request.action for request in self.requests]
        self.requests.clear()
        return actions

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)

    def run(self, plan: Plan[Result]) -> Result:
        # One worker and no pause: requests that run together are asked one after another.
        with ThreadPoolExecutor(max_workers=1) as executor:
            return SyncRunner(self._answer, lambda: executor).run(_without_pauses(plan, self.slept))

    def scan(self, table: str) -> list[Any]:
        """Everything that a table holds."""
        scan = DynamoDBRequest(action="Scan", document={"TableName": table}, decode=as_document)
        items: list[Any] = self.carry_out(scan)["Items"]
        return items

    def listing(self, read: Callable[..., Any]) -> Listing[Any, Any]:
        return Listing(read)

    def _answer(self, effect: Effect[Any]) -> Any:
        assert isinstance(effect, DynamoDBRequest)
        self.requests.append(effect)
        if self.before:
            self.before.pop(0)(effect)
        answer = self.carry_out(effect)
        if self.after:
            self.after.pop(0)(effect)
        return answer


def _without_pauses(plan: Plan[Result], slept: list[float]) -> Plan[Result]:
    try:
        effect = next(plan)
        while True:
            if isinstance(effect, Sleep):
                slept.append(effect.seconds)
                effect = plan.send(None)
                continue
            try:
                answer = yield effect
            except Exception as error:  # noqa: BLE001 - handed on
                effect = plan.throw(error)
            else:
                effect = plan.send(answer)
    except StopIteration as finished:
        return finished.value  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def moto() -> Iterator[Any]:
    """A client of moto, made once since that takes half a second."""
    with mock_aws():
        yield boto3.client("dynamodb", region_name=CONNECTION.region)


@pytest.fixture
def world(moto: Any) -> World:
    """A world whose tables are there and empty."""
    for name in moto.list_tables()["TableNames"]:
        moto.delete_table(TableName=name)
    for table in (TABLE, CORE, STATE):
        moto.create_table(**_description(table))
    transport = Boto3Transport(Aws(CONNECTION))
    transport._client._make = lambda: moto
    return World(carry_out=transport.carry_out)


def _description(table: Table) -> Any:
    def schema(partition: str, sort: str | None) -> list[dict[str, str]]:
        keys = [{"AttributeName": partition, "KeyType": "HASH"}]
        return keys if sort is None else [*keys, {"AttributeName": sort, "KeyType": "RANGE"}]

    def index(declared: Any) -> dict[str, Any]:
        partition = declared.partition_key if isinstance(declared, GlobalIndex) else table.partition_key
        return {
            "IndexName": declared.name,
            "KeySchema": schema(partition, declared.sort_key),
            "Projection": {"ProjectionType": "ALL"},
        }

    description: dict[str, Any] = {
        "TableName": f"test-{table.name}",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in table.key_attributes],
        "KeySchema": schema(table.partition_key, table.sort_key),
        "GlobalSecondaryIndexes": [index(declared) for declared in table.global_indexes],
    }
    if table.local_indexes:
        description["LocalSecondaryIndexes"] = [index(declared) for declared in table.local_indexes]
    return description
