"""What the resources around the three tiers cost: keys, alarms, logs, network, backups."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from environments import arns
from environments.declared import BUCKETS, TABLES
from validation.cost.assumptions import Assumptions, number
from validation.cost.inventory import Inventory, Resource
from validation.cost.model import HOURS, Line, NotIncluded
from validation.plan.values import at, blocks, is_empty

_ZERO: Final = Decimal(0)
_DAYS_OF_A_MONTH: Final = Decimal(30)
_LOWEST_STANDARD_PERIOD: Final = 60
"""Seconds; an alarm with a shorter period is of high resolution."""


def kms_key(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line]:
    """A customer-managed key, or a replica of one, and the requests to it."""
    yield assumed.line(resource, "key", 1, "kms.key")
    yield assumed.line(resource, "requests", assumed.cost.kms_request_millions, "kms.requests")


def secret(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """A secret of Secrets Manager."""
    yield assumed.line(resource, "secret", 1, "secretsmanager.secret")
    yield NotIncluded(address=resource.address, what="requests to secrets", why="no use of them is assumed")


def metric_alarm(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line]:
    """An alarm by the metrics that it looks at; a band of anomaly detection counts as two more."""
    queried = [query for query in blocks(resource.values, "metric_query") if not is_empty(query.get("metric"))]
    metrics = max(1, len(queried)) + (2 if resource.get("threshold_metric_id") else 0)
    periods = [resource.get("period"), *(at(query, "metric.period") for query in queried)]
    is_fast = any(isinstance(period, int) and 0 < period < _LOWEST_STANDARD_PERIOD for period in periods)
    resolution = "high_resolution" if is_fast else "standard"
    yield assumed.line(resource, "alarm", metrics, f"cloudwatch.alarm.{resolution}")


def composite_alarm(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line]:
    """An alarm about other alarms."""
    yield assumed.line(resource, "composite alarm", 1, "cloudwatch.alarm.composite")


def dashboard(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line]:
    """A dashboard."""
    yield assumed.line(resource, "dashboard", 1, "cloudwatch.dashboard")


def log_group(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """What a log group takes in, and what it holds once it is as full as its retention lets it become."""
    monthly, days = number(assumed.cost.log_gb), resource.get("retention_in_days")
    yield assumed.line(resource, "ingestion", monthly, "logs.ingest")
    if isinstance(days, int) and days > 0:
        yield assumed.line(resource, f"storage, {days} days", monthly * days / _DAYS_OF_A_MONTH, "logs.storage")
    else:
        yield NotIncluded(address=resource.address, what="storage", why="kept for ever, it grows without end")


def trail(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """The requests that a trail records, taking each request unit for a request; nobody's requests go to copies."""
    thousands = _requests(assumed)
    for selector in blocks(resource.values, "advanced_event_selector"):
        conditions = {condition.get("field"): condition for condition in blocks(selector, "field_selector")}
        read_only = conditions.get("readOnly", {}).get("equals")
        named = conditions.get("resources.ARN", {})
        recorded = [
            thousands[arn] for by in ("equals", "starts_with") for arn in named.get(by) or () if arn in thousands
        ]
        reads = sum((reads for reads, _ in recorded), _ZERO) if read_only != ["false"] else 0
        writes = sum((writes for _, writes in recorded), _ZERO) if read_only != ["true"] else 0
        if recorded:
            events = f"data events of {selector.get('name')}"
            yield assumed.line(resource, events, (reads + writes) / 100, "cloudtrail.data_events")
    yield NotIncluded(address=resource.address, what="files of the trail", why="their size is not known")


def _requests(assumed: Assumptions) -> dict[str, tuple[Decimal, Decimal]]:
    """By the ARN that a trail names, thousand reads and writes a month of a table or bucket."""
    environment = assumed.environment
    tables = {arns.table_arn(environment, name): assumed.table(environment.physical_name(name)) for name in TABLES}
    buckets = {
        f"{arns.bucket_arn(environment, name)}/": assumed.bucket(environment.bucket_name(name)) for name in BUCKETS
    }
    return {
        **{arn: (number(use.read_millions) * 1000, number(use.write_millions) * 1000) for arn, use in tables.items()},
        **{arn: (number(use.get_thousands), number(use.put_thousands)) for arn, use in buckets.items()},
    }


def nat_gateway(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line]:
    """Hours of a NAT gateway and the data through it."""
    yield assumed.line(resource, "NAT gateway", HOURS, "vpc.nat_gateway")
    yield assumed.line(resource, "data", assumed.cost.network_gb, "vpc.nat_gateway.data")


def vpc_endpoint(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """Hours of an interface endpoint in each of its zones, and the data through it; a gateway endpoint is free."""
    if resource.get("vpc_endpoint_type") in (None, "Gateway"):
        return
    subnets = resource.get("subnet_ids")
    if not isinstance(subnets, list):
        yield NotIncluded(address=resource.address, what="endpoint", why="its zones are not known before apply")
        return
    yield assumed.line(resource, f"endpoint in {len(subnets)} zones", len(subnets) * HOURS, "vpc.interface_endpoint")
    yield assumed.line(resource, "data", assumed.cost.network_gb, "vpc.interface_endpoint.data")


def backup_vault(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """Recovery points of DynamoDB in a vault."""
    yield assumed.line(resource, "recovery points of DynamoDB", assumed.cost.backup_gb, "backup.dynamodb")
    yield NotIncluded(address=resource.address, what="recovery points of S3", why="no price is known")


def restore_test(resource: Resource, _: Inventory, assumed: Assumptions) -> Iterator[Line | NotIncluded]:
    """What a test restores: every table, as large as it is; the hours until it is deleted again count for nothing."""
    if resource.get("protected_resource_type") != "DynamoDB":
        what = f"restored {resource.get('protected_resource_type')}"
        yield NotIncluded(address=resource.address, what=what, why="no price is known")
        return
    stored = sum((number(assumed.table(assumed.environment.physical_name(name)).storage_gb) for name in TABLES), _ZERO)
    yield assumed.line(resource, "restored tables", stored * number(assumed.cost.restore_tests), "dynamodb.restore")
