"""What DynamoDB says of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        ContinuousBackupsDescriptionTypeDef,
        TableDescriptionTypeDef,
        TimeToLiveDescriptionTypeDef,
    )


def table(clients: Clients, name: str) -> TableDescriptionTypeDef:
    """The table's description; raises `Unmet` where there is no such table."""
    try:
        return clients.dynamodb.describe_table(TableName=name)["Table"]
    except clients.dynamodb.exceptions.ResourceNotFoundException:
        raise Unmet(f"table {name}", expected="exists", found="does not exist") from None


def continuous_backups(clients: Clients, name: str) -> ContinuousBackupsDescriptionTypeDef:
    """How the table can be restored; raises `Unmet` where there is no such table."""
    try:
        answer = clients.dynamodb.describe_continuous_backups(TableName=name)
    except clients.dynamodb.exceptions.TableNotFoundException:
        raise Unmet(f"table {name}", expected="exists", found="does not exist") from None
    return answer["ContinuousBackupsDescription"]


def time_to_live(clients: Clients, name: str) -> TimeToLiveDescriptionTypeDef:
    """Which attribute expires items; raises `Unmet` where there is no such table."""
    try:
        return clients.dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    except clients.dynamodb.exceptions.ResourceNotFoundException:
        raise Unmet(f"table {name}", expected="exists", found="does not exist") from None
