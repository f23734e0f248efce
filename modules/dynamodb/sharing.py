"""Who else may read a table or its stream, by the policy of the table itself."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.dynamodb_resource_policy import DynamodbResourcePolicy
from cdktf_cdktf_provider_aws.dynamodb_table import DynamodbTable
from constructs import Construct

from environments.schema import TableSettings
from modules.policy import Statement, document

READ_TABLE = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
)
READ_STREAM = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")


class Sharing(Construct):
    """The resource policies of a table and of its stream, where they let anybody in."""

    def __init__(self, scope: Construct, id_: str, *, table: DynamodbTable, settings: TableSettings) -> None:
        super().__init__(scope, id_)
        if settings.readers:
            statement = render_table_readers(table.arn, settings.readers)
            DynamodbResourcePolicy(self, "table", resource_arn=table.arn, policy=document([statement]))
        if settings.stream_readers:
            statement = render_stream_readers(table.stream_arn, settings.stream_readers)
            DynamodbResourcePolicy(self, "stream", resource_arn=table.stream_arn, policy=document([statement]))


def render_table_readers(table_arn: str, principals: Sequence[str]) -> Statement:
    """The principals may read the table and its indexes."""
    return _allow("Readers", principals, READ_TABLE, [table_arn, f"{table_arn}/index/*"])


def render_stream_readers(stream_arn: str, principals: Sequence[str]) -> Statement:
    """The principals may read the stream."""
    return _allow("StreamReaders", principals, READ_STREAM, [stream_arn])


def _allow(sid: str, principals: Sequence[str], actions: Sequence[str], resources: list[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": list(actions),
        "Resource": resources,
    }
