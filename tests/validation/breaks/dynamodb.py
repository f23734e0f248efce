"""Tables, broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from tests.validation.breaks.breaking import Break, Breaking, as_if, changed, forbidding, really, table
from validation.checks.keys import key_arn
from validation.context import Context
from validation.live import dynamodb

UNITS = {"ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10}}
INDEX = {
    "IndexName": "gsi1",
    "KeySchema": [
        {"AttributeName": "gsi1pk", "KeyType": "HASH"},
        {"AttributeName": "gsi1sk", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
    **UNITS,
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


def bounded(context: Context, most_reads: int) -> None:
    context.clients.autoscaling.register_scalable_target(
        ServiceNamespace="dynamodb",
        ResourceId=f"table/{table(context, 'state')}",
        ScalableDimension="dynamodb:table:ReadCapacityUnits",
        MaxCapacity=most_reads,
    )


def insights(context: Context, action: Literal["DISABLE", "ENABLE"]) -> None:
    context.clients.dynamodb.update_contributor_insights(
        TableName=table(context), IndexName="gsi1", ContributorInsightsAction=action
    )


def let_in(context: Context) -> None:
    arn = arn_of(context)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "dynamodb:GetItem",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    context.clients.dynamodb.put_resource_policy(ResourceArn=arn, Policy=policy)


def let_nobody_in(context: Context) -> None:
    context.clients.dynamodb.delete_resource_policy(ResourceArn=arn_of(context))


def arn_of(context: Context) -> str:
    return context.clients.dynamodb.describe_table(TableName=table(context))["Table"]["TableArn"]


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
            {
                "BillingMode": "PAY_PER_REQUEST",
                "OnDemandThroughput": {"MaxReadRequestUnits": 10000, "MaxWriteRequestUnits": 10000},
            },
        ),
        what="table",
        expected={"mode": "PAY_PER_REQUEST", "read cap": 10000, "write cap": 10000},
        found={"mode": "PROVISIONED", "read": 7, "write": 3},
    ),
    Break(
        check="dynamodb.billing",
        how=updated(
            {"OnDemandThroughput": {"MaxReadRequestUnits": 20000, "MaxWriteRequestUnits": 10000}},
            {"OnDemandThroughput": {"MaxReadRequestUnits": 10000, "MaxWriteRequestUnits": 10000}},
        ),
        what="table",
        expected={"mode": "PAY_PER_REQUEST", "read cap": 10000, "write cap": 10000},
        found={"mode": "PAY_PER_REQUEST", "read cap": 20000, "write cap": 10000},
    ),
    Break(
        check="dynamodb.billing",
        resource="state",
        how=updated(
            {"ProvisionedThroughput": {"ReadCapacityUnits": 101, "WriteCapacityUnits": 10}},
            {"ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10}},
            name="state",
        ),
        what="table",
        expected={"mode": "PROVISIONED", "read": "10 to 100", "write": "10 to 100"},
        found={"mode": "PROVISIONED", "read": 101, "write": "10 to 100"},
    ),
    Break(
        check="dynamodb.autoscaling",
        resource="state",
        how=really(lambda context: bounded(context, 200), lambda context: bounded(context, 100)),
        what="table/tierstore-local-state dynamodb:table:ReadCapacityUnits",
        expected={"target": 70, "times": 0, "minimum": 10, "maximum": 100},
        found={"target": 70, "times": 0, "minimum": 10, "maximum": 200},
    ),
    Break(
        check="dynamodb.table_class",
        how=updated({"TableClass": "STANDARD_INFREQUENT_ACCESS"}, {"TableClass": "STANDARD"}),
        what="class",
        expected="STANDARD",
        found="STANDARD_INFREQUENT_ACCESS",
    ),
    Break(
        check="dynamodb.replicas",
        how=updated(
            {"ReplicaUpdates": [{"Create": {"RegionName": "us-west-2"}}]},
            {"ReplicaUpdates": [{"Delete": {"RegionName": "us-west-2"}}]},
        ),
        what="regions",
        expected=[],
        found=["us-west-2"],
    ),
    Break(
        check="dynamodb.insights",
        how=really(lambda context: insights(context, "DISABLE"), lambda context: insights(context, "ENABLE")),
        what="index gsi1",
        expected="ENABLED",
        found="DISABLED",
    ),
    Break(
        check="dynamodb.sharing",
        how=really(let_in, let_nobody_in),
        what="readers",
        expected=[],
        found=["arn:aws:iam::111122223333:root"],
    ),
    Break(
        check="dynamodb.changes",
        how=as_if(dynamodb.active_destinations, lambda _: ["arn:aws:kinesis:us-east-1:1:stream/elsewhere"]),
        what="streams",
        expected=[],
        found=["elsewhere"],
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
