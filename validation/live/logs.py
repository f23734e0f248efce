"""What CloudWatch Logs says of a log group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_logs.type_defs import LogGroupTypeDef


def log_group(clients: Clients, name: str) -> LogGroupTypeDef:
    """The log group of exactly this name; raises `Unmet` where there is none."""
    pages = clients.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    for page in pages:
        for group in page["logGroups"]:
            if group.get("logGroupName") == name:
                return group
    raise Unmet(f"log group {name}", expected="exists", found="does not exist")
