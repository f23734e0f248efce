"""What costs money and has no known price: whole types of resource, and parts of those that are priced or free."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from validation.cost.inventory import Resource
from validation.cost.model import NotIncluded
from validation.plan.values import at, blocks, is_empty

TYPES: Final = {
    "aws_backup_framework": "no price of AWS Backup Audit Manager is known",
    "aws_backup_report_plan": "no price of AWS Backup Audit Manager is known",
    "aws_backup_restore_testing_plan": "no price of the evaluation of restore tests is known",
    "aws_budgets_budget": "the first budgets are free, no price of more is known",
    "aws_budgets_budget_action": "the first budgets with actions are free, no price of more is known",
    "aws_dynamodb_contributor_insights": "no price of its events is known",
    "aws_dynamodb_kinesis_streaming_destination": "no price of change capture units is known",
    "aws_dynamodb_table_export": "no price of exports is known",
    "aws_dynamodb_table_replica": "no prices of other regions are known",
    "aws_elasticache_global_replication_group": "no price of transfer between regions is known",
    "aws_kinesis_stream": "no price of on-demand streams is known",
    "aws_s3_bucket_analytics_configuration": "no price of storage class analysis is known",
    "aws_s3_bucket_inventory": "no price of inventories is known",
    "aws_s3_bucket_metric": "no price of request metrics is known",
    "aws_s3_bucket_replication_configuration": "no price of replication time control and transfer is known",
}
"""Why each is left out."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something for which a resource costs more than its type does, where it has it."""

    what: str
    why: str
    is_used: Callable[[Resource], bool]


def _has(path: str) -> Callable[[Resource], bool]:
    """Whether something is set at a dotted path, in any of the blocks on the way."""
    *way, last = path.split(".")

    def found(values: object, names: list[str]) -> bool:
        if not names:
            return bool(at(values, last))
        return any(found(block, names[1:]) for block in blocks(values, names[0]))

    return lambda resource: found(resource.values, way)


def _any_of(*paths: str) -> Callable[[Resource], bool]:
    uses = [_has(path) for path in paths]
    return lambda resource: any(is_used(resource) for is_used in uses)


def _is(path: str, *values: str) -> Callable[[Resource], bool]:
    return lambda resource: resource.get(path) in values


def _is_on(path: str) -> Callable[[Resource], bool]:
    return lambda resource: resource.get(path) is True


def _always(_: Resource) -> bool:
    return True


def _sees_own_metrics(alarm: Resource) -> bool:
    queried = (at(query, "metric.namespace") for query in blocks(alarm.values, "metric_query"))
    return any(not str(name).startswith("AWS/") for name in (alarm.get("namespace"), *queried) if not is_empty(name))


_KEY_VERSIONS: Final = Part(
    what="key material of earlier rotations", why="no price of it is known", is_used=_is_on("enable_key_rotation")
)

PARTS: Final[dict[str, tuple[Part, ...]]] = {
    "aws_appautoscaling_policy": (
        Part(
            what="alarms of target tracking",
            why="AWS sets up as many as it needs",
            is_used=_is("policy_type", "TargetTrackingScaling"),
        ),
    ),
    "aws_backup_plan": (
        Part(
            what="recovery points in cold storage",
            why="priced as if they stayed warm",
            is_used=_any_of("rule.lifecycle.cold_storage_after", "rule.copy_action.lifecycle.cold_storage_after"),
        ),
        Part(
            what="copying of recovery points",
            why="no price of transfer between regions is known; what is kept counts with its vault",
            is_used=_has("rule.copy_action"),
        ),
    ),
    "aws_cloudwatch_metric_alarm": (
        Part(
            what="metrics that applications publish",
            why="how many they are follows from use",
            is_used=_sees_own_metrics,
        ),
    ),
    "aws_dynamodb_table": (
        Part(what="import", why="paid for once; no price is known", is_used=_has("import_table")),
        Part(
            what="restore",
            why="paid for once",
            is_used=_any_of("restore_source_name", "restore_source_table_arn"),
        ),
    ),
    "aws_elasticache_serverless_cache": (
        Part(what="data transfer between zones", why="no price is known", is_used=_always),
    ),
    "aws_kms_key": (_KEY_VERSIONS,),
    "aws_s3_bucket_intelligent_tiering_configuration": (
        Part(
            what="archive tiers", why="priced as if objects went no further than to infrequent access", is_used=_always
        ),
    ),
    "aws_s3_bucket_lifecycle_configuration": (
        Part(
            what="transitions to other storage classes",
            why="no price of these requests is known",
            is_used=_any_of("rule.transition", "rule.noncurrent_version_transition"),
        ),
    ),
    "aws_s3_bucket_notification": (
        Part(what="events of objects", why="no price of EventBridge is known", is_used=_is_on("eventbridge")),
    ),
    "aws_sns_topic_subscription": (
        Part(what="notifications", why="the first of a month are free, no price of more is known", is_used=_always),
    ),
    "aws_ssm_parameter": (
        Part(
            what="advanced parameter",
            why="no price is known",
            is_used=_is("tier", "Advanced", "Intelligent-Tiering"),
        ),
    ),
}
"""By type."""


def parts(resource: Resource) -> Iterator[NotIncluded]:
    """The parts of a resource that cost money and are left out, whatever its type costs."""
    for part in PARTS.get(resource.type, ()):
        if part.is_used(resource):
            yield NotIncluded(address=resource.address, what=part.what, why=part.why)
