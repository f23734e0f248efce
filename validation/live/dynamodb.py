"""What DynamoDB says of a table."""

from __future__ import annotations

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


def _ask(table: str, question: Callable[[], T]) -> T:
    try:
        return question()
    except ClientError as error:
        if error_code(error) in _NO_SUCH_TABLE:
            raise Unmet(f"table {table}", expected="exists", found="does not exist") from None
        raise
