"""What CloudWatch says of alarms and dashboards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from validation.attempt import error_code
from validation.clients import Clients
from validation.framework.result import Unmet

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import CompositeAlarmTypeDef, MetricAlarmTypeDef


def metric_alarms(clients: Clients, prefix: str) -> Mapping[str, MetricAlarmTypeDef]:
    """The metric alarms whose names begin with the prefix, by their names."""
    pages = clients.cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"]
    )
    return {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}


def composite_alarms(clients: Clients, prefix: str) -> Mapping[str, CompositeAlarmTypeDef]:
    """The composite alarms whose names begin with the prefix, by their names."""
    pages = clients.cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=prefix, AlarmTypes=["CompositeAlarm"]
    )
    return {alarm["AlarmName"]: alarm for page in pages for alarm in page["CompositeAlarms"]}


def dashboard(clients: Clients, name: str) -> dict[str, Any]:
    """The body of a dashboard; raises `Unmet` where there is none."""
    try:
        body: dict[str, Any] = json.loads(clients.cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
    except ClientError as error:
        if error_code(error) not in ("ResourceNotFound", "DashboardNotFoundError"):
            raise
        raise Unmet(f"dashboard {name}", expected="exists", found="does not exist") from None
    return body
