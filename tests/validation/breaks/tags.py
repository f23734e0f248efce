"""The tags by which costs are found, broken."""

from __future__ import annotations

from typing import Any

from tests.validation.breaks.breaking import Break, Breaking, as_if, really
from validation.context import Context
from validation.live import tags

EXPECTED = {"Project": "tierstore", "Environment": "local", "ManagedBy": "terraform"}
WITHOUT = {"Project": "tierstore", "ManagedBy": "terraform"}


def table(context: Context) -> str:
    return str(
        context.clients.dynamodb.describe_table(TableName=context.environment.physical_name("core"))["Table"][
            "TableArn"
        ]
    )


def forgetting() -> Breaking:
    """A table that nobody's costs are."""
    environment: Any = [{"Key": "Environment", "Value": "local"}]
    return really(
        lambda context: context.clients.dynamodb.untag_resource(ResourceArn=table(context), TagKeys=["Environment"]),
        lambda context: context.clients.dynamodb.tag_resource(ResourceArn=table(context), Tags=environment),
    )


BREAKS = (
    Break(check="platform.tags", resource="tables", how=forgetting(), what="core", expected=EXPECTED, found=WITHOUT),
    Break(
        check="platform.tags",
        resource="keys",
        how=as_if(tags.of_key, lambda _: WITHOUT),
        what="alias/tierstore-local-dynamodb",
        expected=EXPECTED,
        found=WITHOUT,
    ),
)
