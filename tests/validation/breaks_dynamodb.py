"""Tables, broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.validation.breaks import Break, Breaking, as_if, changed, forbidding, really, table
from validation.checks.keys import key_arn
from validation.context import Context
from validation.live import dynamodb

INDEX = {
    "IndexName": "gsi1",
    "KeySchema": [
        {"AttributeName": "gsi1pk", "KeyType": "HASH"},
        {"AttributeName": "gsi1sk", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}
INDEX_ATTRIBUTES = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gsi1pk", "gsi1sk")]


def updated(before: dict[str, Any], after: dict[str, Any], name: str = "core") -> Breaking:
    """The table with a setting changed, then changed back."""

    def update(context: Context, settings: dict[str, Any]) -> None:
        client: Any = context.clients.dynamodb
        client.update_table(TableName=table(context, name), **settings)

    return really(lambda context: update(context, before), lambda context: update(context, after))


def with_recovery(settings: dict[str, Any]) -> Breaking:
    def update(context: Context, specification: Any) -> None:
        context.clients.dynamodb.update_continuous_backups(
            TableName=table(context), PointInTimeRecoverySpecification=specification
        )

    declared = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
    return really(lambda context: update(context, settings), lambda context: update(context, declared))


@contextmanager
def without_expiry(context: Context) -> Iterator[Context]:
    def update(*, enabled: bool) -> None:
        context.clients.dynamodb.update_time_to_live(
            TableName=table(context), TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": enabled}
        )

    update(enabled=False)
    try:
        yield context
    finally:
        update(enabled=True)


@contextmanager
def without_our_key(context: Context) -> Iterator[Context]:
    client = context.clients.dynamodb
    ours = key_arn(context, "dynamodb")
    client.update_table(TableName=table(context), SSESpecification={"Enabled": False})
    try:
        yield context
    finally:
        client.update_table(
            TableName=table(context), SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": ours}
        )


WITHOUT_INDEX = updated(
    {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "gsi1"}}]},
    {"GlobalSecondaryIndexUpdates": [{"Create": INDEX}], "AttributeDefinitions": INDEX_ATTRIBUTES},
    name="state",
)

BREAKS = (
    Break(
        check="dynamodb.active",
        how=as_if(dynamodb.table, changed(TableStatus="ARCHIVED")),
        what="status",
        expected="ACTIVE",
        found="ARCHIVED",
    ),
    Break(
        check="dynamodb.keys",
        how=as_if(dynamodb.table, changed(KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}])),
        what="key",
        expected={"HASH": "pk", "RANGE": "sk"},
        found={"HASH": "pk"},
    ),
    Break(
        check="dynamodb.indexes",
        resource="state",
        how=WITHOUT_INDEX,
        what="global index names",
        expected=["gsi1"],
        found=[],
    ),
    Break(
        check="dynamodb.billing",
        how=updated(
            {"BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 7, "WriteCapacityUnits": 3}},
            {"BillingMode": "PAY_PER_REQUEST"},
        ),
        what="table",
        expected={"mode": "PAY_PER_REQUEST"},
        found={"mode": "PROVISIONED", "read": 7, "write": 3},
    ),
    Break(
        check="dynamodb.pitr",
        how=with_recovery({"PointInTimeRecoveryEnabled": False}),
        what="days that can be restored",
        expected=35,
        found=0,
    ),
    Break(
        check="dynamodb.pitr",
        how=with_recovery({"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 3}),
        what="days that can be restored",
        expected=35,
        found=3,
    ),
    Break(
        check="dynamodb.encryption",
        how=without_our_key,
        what="encryption",
        expected="ENABLED",
        found="DISABLED",
    ),
    Break(check="dynamodb.ttl", how=without_expiry, what="attribute", expected="ttl", found=None),
    Break(
        check="dynamodb.stream",
        how=updated(
            {"StreamSpecification": {"StreamEnabled": False}},
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}},
        ),
        what="stream",
        expected="NEW_AND_OLD_IMAGES",
        found=None,
    ),
    Break(
        check="dynamodb.deletion_protection",
        how=updated({"DeletionProtectionEnabled": True}, {"DeletionProtectionEnabled": False}),
        what="deletion protection",
        expected=False,
        found=True,
    ),
    Break(
        check="dynamodb.round_trip",
        how=forbidding("dynamodb:PutItem"),
        what="write",
        expected="accepted",
        found="AccessDeniedException",
    ),
    Break(
        check="dynamodb.round_trip",
        resource="state",
        how=WITHOUT_INDEX,
        what="items found through index gsi1",
        expected=1,
        found="ValidationException: The table does not have the specified index: gsi1",
    ),
)
