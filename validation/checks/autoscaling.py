"""What follows the load, against the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from environments.replication_groups import ReplicationGroup
from environments.schema import Autoscaled, Environment, Scaled, ScaledCapacity
from tierstore.declaration.tables import Table
from validation.checks.dynamodb_settings import tables
from validation.checks.redis_settings import configured, group_ids
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, compare
from validation.live import autoscaling, dynamodb, redis
from validation.live.autoscaling import ScaledNumber


@check("dynamodb.autoscaling", "Capacity follows the load", severity=Severity.HIGH, each=tables)
def units(context: Context, table: str) -> Iterator[Finding]:
    """Bounds, target and schedule of the capacity of the table and of each index; none where it follows nothing."""
    environment = context.environment
    there = context.ask(dynamodb.table, environment.physical_name(table))["TableName"]
    live = context.ask(autoscaling.scaled_numbers, "dynamodb", f"table/{there}")
    yield from _compare(scaled_units(environment, context.model.table(table)), live)


@check("redis.autoscaling", "Shards and replicas follow the load", severity=Severity.HIGH, each=group_ids)
def nodes(context: Context, group: str) -> Iterator[Finding]:
    """Bounds, target and schedule of the number of shards and of replicas; none where they are fixed."""
    there = context.ask(redis.replication_group, group)["ReplicationGroupId"]
    live = context.ask(autoscaling.scaled_numbers, "elasticache", f"replication-group/{there}")
    yield from _compare(scaled_nodes(configured(context, group)), live)


def scaled_units(environment: Environment, table: Table) -> dict[str, Scaled]:
    """The capacities that follow the load, named as Application Auto Scaling does."""
    billing = environment.table(table.name).billing
    if not isinstance(billing, Autoscaled):
        return {}
    resource = f"table/{environment.physical_name(table.name)}"
    places: dict[str, ScaledCapacity] = {f"{resource} dynamodb:table": billing}
    for index in table.global_indexes:
        places[f"{resource}/index/{index.name} dynamodb:index"] = billing.indexes.get(index.name, billing)
    return {
        f"{place}:{what}CapacityUnits": scaled
        for place, capacity in places.items()
        for what, scaled in (("Read", capacity.read), ("Write", capacity.write))
    }


def scaled_nodes(group: ReplicationGroup) -> dict[str, Scaled]:
    """The numbers of shards and replicas that follow the load, named as Application Auto Scaling does."""
    settings = group.settings.autoscaling
    dimension = f"replication-group/{group.id} elasticache:replication-group"
    scaled = {f"{dimension}:NodeGroups": settings.shards, f"{dimension}:Replicas": settings.replicas}
    return {name: each for name, each in scaled.items() if each}


def _compare(configured: Mapping[str, Scaled], live: Mapping[str, ScaledNumber]) -> Iterator[Finding]:
    yield compare("what follows the load", expected=sorted(configured), found=sorted(live))
    for name in sorted(configured.keys() & live.keys()):
        settings, number = configured[name], live[name]
        bounds: dict[str, Json] = {"minimum": number.minimum, "maximum": number.maximum}
        yield compare(
            name,
            expected={
                "target": settings.target_utilization,
                "times": len(settings.schedule),
                # A schedule moves the bounds.
                **(bounds if settings.schedule else {"minimum": settings.minimum, "maximum": settings.maximum}),
            },
            found={"target": number.target, "times": number.times, **bounds},
        )
