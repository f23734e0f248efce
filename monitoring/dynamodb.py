"""Rules of DynamoDB, and the tables, indexes and operations that they watch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from environments.schema import Autoscaled, Environment, OnDemand, Provisioned, RequestCaps
from monitoring.alarm import Alarm
from monitoring.rule import Comparison, Missing, Rule, Severity, Tier
from tierstore.declaration.model import DataModel
from tierstore.declaration.patterns import AccessPattern
from tierstore.declaration.requests import Get, GetByUnique, GetMany, GetShards, Query, Write, WriteItem, WriteKind
from tierstore.declaration.tables import Table

NAMESPACE: Final = "AWS/DynamoDB"
_ONLY_WHEN: Final = "DynamoDB tells of it only when it happens"
_QUIET: Final = "no data means no requests, which is neither good nor bad news"


def _throttled(kind: str) -> Rule:
    return Rule(
        id=f"throttled-{kind}s",
        tier=Tier.DYNAMODB,
        title=f"{kind.capitalize()}s are throttled",
        each="table, index",
        namespace=NAMESPACE,
        metrics=(f"{kind.capitalize()}ThrottleEvents",),
        statistic="Sum",
        threshold="dynamodb_throttled_requests",
        unit="a minute",
        missing=Missing.NOT_BREACHING,
        why_missing=_ONLY_WHEN,
        severity=Severity.CRITICAL,
        meaning=f"DynamoDB turns {kind}s away: capacity is used up, or one partition key takes too many.",
        first_action="compare consumed capacity on the dashboard. At the limit: raise it. Below: a key is hot, find it "
        "with Contributor Insights and spread it over more shards.",
    )


def _near_limit(kind: str) -> Rule:
    return Rule(
        id=f"{kind}-capacity",
        tier=Tier.DYNAMODB,
        title=f"{kind.capitalize()} capacity is nearly used up",
        each="table, index with provisioned or limited capacity",
        namespace=NAMESPACE,
        metrics=(f"Consumed{kind.capitalize()}CapacityUnits",),
        statistic="Sum",
        expression="100 * m1 / PERIOD(m1) / {limit}",
        threshold="dynamodb_capacity_percent",
        unit="% of the limit",
        periods=15,
        breaching=10,
        missing=Missing.NOT_BREACHING,
        why_missing="no data means that nothing is consumed",
        severity=Severity.WARNING,
        meaning="Consumption has been close to the limit for ten minutes; beyond it requests are throttled.",
        first_action="raise the limit in the environment's file (tables.<table>.billing) if the growth is meant.",
    )


def _traffic(kind: str) -> Rule:
    return Rule(
        id=f"{kind}-traffic",
        tier=Tier.DYNAMODB,
        title=f"Unusually many {kind}s",
        each="table without a limit",
        namespace=NAMESPACE,
        metrics=(f"Consumed{kind.capitalize()}CapacityUnits",),
        statistic="Sum",
        comparison=Comparison.ABOVE_BAND,
        threshold="dynamodb_traffic_deviations",
        unit="standard deviations",
        period=300,
        periods=6,
        breaching=4,
        missing=Missing.IGNORE,
        why_missing=_QUIET,
        severity=Severity.WARNING,
        meaning=f"The table serves far more {kind}s than it usually does at this hour: a loop, a crawler, or success.",
        first_action="see on the dashboard which operation grew, and which release or caller came with it.",
    )


THROTTLED_READS: Final = _throttled("read")
THROTTLED_WRITES: Final = _throttled("write")
READ_CAPACITY: Final = _near_limit("read")
WRITE_CAPACITY: Final = _near_limit("write")
READ_TRAFFIC: Final = _traffic("read")
WRITE_TRAFFIC: Final = _traffic("write")
SYSTEM_ERRORS: Final = Rule(
    id="system-errors",
    tier=Tier.DYNAMODB,
    title="DynamoDB fails",
    each="table",
    namespace=NAMESPACE,
    metrics=("SystemErrors",),
    statistic="Sum",
    expression="SUM(METRICS())",
    threshold="dynamodb_system_errors",
    unit="a minute",
    missing=Missing.NOT_BREACHING,
    why_missing=_ONLY_WHEN,
    severity=Severity.CRITICAL,
    meaning="DynamoDB answers with internal errors, more than the library's retries are meant for.",
    first_action="look at the AWS Health Dashboard; if the region is in trouble, follow the disaster recovery page.",
)
LATENCY: Final = Rule(
    id="latency",
    tier=Tier.DYNAMODB,
    title="Unusually slow",
    each="operation on a table",
    namespace=NAMESPACE,
    metrics=("SuccessfulRequestLatency",),
    statistic="Average",
    comparison=Comparison.ABOVE_BAND,
    threshold="dynamodb_latency_deviations",
    unit="standard deviations",
    period=300,
    periods=3,
    breaching=3,
    missing=Missing.IGNORE,
    why_missing=_QUIET,
    severity=Severity.WARNING,
    meaning="The operation takes DynamoDB itself longer than it usually does; what is right depends on the size of "
    "what is read, so no number fits all.",
    first_action="see whether items or pages grew; if all operations are slow, look at the AWS Health Dashboard.",
)
REPLICATION: Final = Rule(
    id="replication",
    tier=Tier.DYNAMODB,
    title="The copy in the disaster-recovery region is behind",
    each="table with a replica",
    namespace=NAMESPACE,
    metrics=("ReplicationLatency",),
    statistic="Average",
    threshold="dynamodb_replication_milliseconds",
    unit="ms",
    missing=Missing.IGNORE,
    why_missing=_QUIET,
    severity=Severity.WARNING,
    meaning="The loss of this region now would lose the writes of that time.",
    first_action="compare the write capacity of both regions; then look at the AWS Health Dashboard of both.",
)

RULES: Final = (
    THROTTLED_READS,
    THROTTLED_WRITES,
    SYSTEM_ERRORS,
    LATENCY,
    READ_CAPACITY,
    WRITE_CAPACITY,
    READ_TRAFFIC,
    WRITE_TRAFFIC,
    REPLICATION,
)

_WRITES: Final = {
    WriteKind.CREATE: "PutItem",
    WriteKind.PUT: "PutItem",
    WriteKind.UPDATE: "UpdateItem",
    WriteKind.ADD: "UpdateItem",
    WriteKind.DELETE: "DeleteItem",
    WriteKind.CHECK: "TransactWriteItems",
}


def operations(model: DataModel, table: Table) -> tuple[str, ...]:
    """The DynamoDB operations that the declared access patterns use on a table, sorted."""
    return tuple(sorted({name for pattern in model.patterns for name in _operations(pattern, table)}))


def alarms(environment: Environment, model: DataModel) -> Iterator[Alarm]:
    """The alarms of every table, of its indexes and of the operations on it."""
    for table in model.tables:
        name = environment.physical_name(table.name)
        by_operation = {
            operation: {"TableName": name, "Operation": operation} for operation in operations(model, table)
        }
        yield _alarm(environment, SYSTEM_ERRORS, table.name, *by_operation.values())
        for operation, dimensions in by_operation.items():
            yield _alarm(environment, LATENCY, f"{table.name}-{operation}", dimensions)
        if environment.disaster_recovery_region and environment.table(table.name).replica:
            receiving = {"TableName": name, "ReceivingRegion": environment.disaster_recovery_region}
            yield _alarm(environment, REPLICATION, table.name, receiving)
        places: dict[str | None, dict[str, str]] = {None: {"TableName": name}}
        for index in table.global_indexes:
            places[index.name] = {"TableName": name, "GlobalSecondaryIndexName": index.name}
        for index_name, dimensions in places.items():
            resource = f"{table.name}-{index_name}" if index_name else table.name
            for rule in (THROTTLED_READS, THROTTLED_WRITES):
                yield _alarm(environment, rule, resource, dimensions)
            limits = zip((READ_CAPACITY, WRITE_CAPACITY), _limits(environment, table, index_name), strict=True)
            yield from (
                _alarm(environment, rule, resource, dimensions, limit=limit)
                for rule, limit in limits
                if limit is not None
            )
        # Where nothing limits a table, nothing but what is usual tells how much is too much.
        traffic = zip((READ_TRAFFIC, WRITE_TRAFFIC), _limits(environment, table, None), strict=True)
        yield from (
            _alarm(environment, rule, table.name, {"TableName": name}) for rule, limit in traffic if limit is None
        )


def _limits(environment: Environment, table: Table, index: str | None) -> tuple[int | None, int | None]:
    """The most units a second that a table or an index can read and write; None where there is no limit."""
    match environment.table(table.name).billing:
        case OnDemand() as billing:
            caps = billing.indexes.get(index, RequestCaps()) if index else billing
            return _cap(caps.max_read_units), _cap(caps.max_write_units)
        case Provisioned() as billing:
            bought = billing.indexes.get(index, billing) if index else billing
            return bought.read_capacity, bought.write_capacity
        case Autoscaled() as billing:
            scaled = billing.indexes.get(index, billing) if index else billing
            return scaled.read.highest, scaled.write.highest


def _cap(units: int | None) -> int | None:
    # -1 lifts a cap that was set.
    return units if units is not None and units > 0 else None


def _alarm(environment: Environment, rule: Rule, resource: str, *dimensions: dict[str, str], **numbers: float) -> Alarm:
    return Alarm.of(environment, rule, resource=resource, dimensions=dimensions, numbers=numbers)


def _operations(pattern: AccessPattern, table: Table) -> Iterator[str]:
    for request in pattern.requests:
        match request:
            case Get(entity=entity) | GetByUnique(entity=entity) if entity.declaration.table is table:
                yield "GetItem"
            case GetMany(entity=entity) | GetShards(entity=entity) if entity.declaration.table is table:
                yield "BatchGetItem"
            case Query(entities=entities) if entities[0].declaration.table is table:
                yield "Query"
            case Write(items=items) if any(item.entity.declaration.table is table for item in items):
                yield from ["TransactWriteItems"] if request.is_transaction else map(_write, items)


def _write(item: WriteItem) -> str:
    return _WRITES[item.kind]
