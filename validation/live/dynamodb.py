"""What DynamoDB says of a table."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import ClientError

from validation.attempt import error_code
from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        ContinuousBackupsDescriptionTypeDef,
        TableDescriptionTypeDef,
        TimeToLiveDescriptionTypeDef,
    )

T = TypeVar("T")

_NO_SUCH_TABLE: Final = ("ResourceNotFoundException", "TableNotFoundException")
"""Which one depends on the question."""


def table(clients: Clients, name: str) -> TableDescriptionTypeDef:
    """The table's description; raises `Unmet` where there is no such table."""
    return _ask(name, lambda: clients.dynamodb.describe_table(TableName=name))["Table"]


def continuous_backups(clients: Clients, name: str) -> ContinuousBackupsDescriptionTypeDef:
    """How the table can be restored; raises `Unmet` where there is no such table."""
    return _ask(name, lambda: clients.dynamodb.describe_continuous_backups(TableName=name))[
        "ContinuousBackupsDescription"
    ]


def time_to_live(clients: Clients, name: str) -> TimeToLiveDescriptionTypeDef:
    """Which attribute expires items; raises `Unmet` where there is no such table."""
    return _ask(name, lambda: clients.dynamodb.describe_time_to_live(TableName=name))["TimeToLiveDescription"]


def contributor_insights(clients: Clients, name: str, index: str | None) -> str:
    """Status of Contributor Insights of the table, or of one of its indexes."""
    place = {"TableName": name} if index is None else {"TableName": name, "IndexName": index}
    return _ask(name, lambda: clients.dynamodb.describe_contributor_insights(**place))["ContributorInsightsStatus"]


def readers(clients: Clients, arn: str) -> list[str]:
    """The principals that the resource policy of a table or stream lets in, sorted; none where it has no policy."""
    try:
        policy = clients.dynamodb.get_resource_policy(ResourceArn=arn)["Policy"]
    except clients.dynamodb.exceptions.PolicyNotFoundException:
        return []
    statements = [each for each in json.loads(policy)["Statement"] if each["Effect"] == "Allow"]
    return sorted({principal for each in statements for principal in _principals(each["Principal"])})


def active_destinations(clients: Clients, name: str) -> list[str]:
    """ARNs of the Kinesis streams that get the table's changes."""
    answer = _ask(name, lambda: clients.dynamodb.describe_kinesis_streaming_destination(TableName=name))
    found = answer["KinesisDataStreamDestinations"]
    return sorted(each["StreamArn"] for each in found if each["DestinationStatus"] == "ACTIVE")


def _principals(principal: str | dict[str, str | list[str]]) -> list[str]:
    named = principal if isinstance(principal, str) else principal.get("AWS", [])
    return [named] if isinstance(named, str) else named


def _ask(table: str, question: Callable[[], T]) -> T:
    try:
        return question()
    except ClientError as error:
        if error_code(error) in _NO_SUCH_TABLE:
            raise Unmet(f"table {table}", expected="exists", found="does not exist") from None
        raise
