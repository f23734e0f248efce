"""Alarms, the dashboard, and the topic through which people hear of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from environments.replication_groups import replication_groups
from monitoring import Alarm, Tier, alarms
from monitoring.composite import Composite, composites
from monitoring.dashboard import dashboard_name, render_dashboard
from monitoring.platform import maintenance
from monitoring.rule import Severity as Urgency
from monitoring.serverless_redis import DIMENSION
from monitoring.topic import topic_arn
from validation.checks.dynamodb_settings import describe as describe_table
from validation.checks.keys import key_arn
from validation.checks.redis_settings import every_node
from validation.checks.serverless_redis import caches
from validation.checks.serverless_redis import describe as describe_cache
from validation.context import Context
from validation.framework.check import check
from validation.framework.result import Finding, Json, Severity, Unmet, compare
from validation.live import backup, cloudwatch, s3, sns

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch.type_defs import CompositeAlarmTypeDef, MetricAlarmTypeDef

EXISTS = "exists"
MISSING = "does not exist"
WATCHED = "is there and watched"


def _declared(context: Context) -> tuple[Alarm, ...]:
    return alarms(context.environment, context.model)


def _tiers(context: Context) -> Sequence[str]:
    return list(dict.fromkeys(alarm.tier.value for alarm in _declared(context)))


def _composites(context: Context) -> Sequence[str]:
    return [composite.name for composite in composites(context.environment, _declared(context))]


def _topic(context: Context) -> Sequence[str]:
    return [topic_arn(context.environment)]


def _dashboard(context: Context) -> Sequence[str]:
    return [dashboard_name(context.environment)]


def _prefix(context: Context) -> str:
    return context.environment.physical_name("")


@check("monitoring.alarms", "Every alarm is there, as derived", severity=Severity.HIGH, each=_tiers)
def metric_alarms(context: Context, tier: str) -> Iterator[Finding]:
    """What each alarm looks at, when it sounds, and whom it tells; one that is missing or changed is silent."""
    yield from compare_alarms(context, (alarm for alarm in _declared(context) if alarm.tier == tier))


def compare_alarms(context: Context, declared: Iterable[Alarm]) -> Iterator[Finding]:
    """Each of the declared alarms with the live one of its name."""
    live = context.ask(cloudwatch.metric_alarms, _prefix(context))
    topic = topic_arn(context.environment)
    for alarm in declared:
        yield (
            compare(alarm.name, expected=_expected(alarm, topic), found=_live(live[alarm.name]))
            if alarm.name in live
            else compare(alarm.name, expected=EXISTS, found=MISSING)
        )


@check("monitoring.tiers", "Critical alarms are told tier by tier", severity=Severity.HIGH, each=_composites)
def composite_alarms(context: Context, name: str) -> Iterator[Finding]:
    """Which alarms a composite one follows, whom it tells, and what silences it."""
    live = context.ask(cloudwatch.composite_alarms, _prefix(context)).get(name)
    if live is None:
        raise Unmet(f"alarm {name}", expected=EXISTS, found=MISSING)
    composite = next(each for each in composites(context.environment, _declared(context)) if each.name == name)
    yield compare("rule", expected=composite.rule, found=live["AlarmRule"])
    yield compare("tells", expected=_told(context, composite), found=_tells(live))
    if composite.is_told:
        silence = maintenance(context.environment).name
        yield compare("silenced by", expected=silence, found=live.get("ActionsSuppressor"))


@check("monitoring.metrics", "What alarms look at exists", severity=Severity.HIGH, each=_tiers)
def dimensions(context: Context, tier: str) -> Iterator[Finding]:
    """An alarm about a table, index, bucket or node of another name waits for ever, in INSUFFICIENT_DATA."""
    live = context.ask(cloudwatch.metric_alarms, _prefix(context))
    own = [live[alarm.name] for alarm in _declared(context) if alarm.tier == tier and alarm.name in live]
    if not own:
        raise Unmet(f"alarms of {tier}", expected=EXISTS, found=MISSING)
    named = [_by_name(metric) for alarm in own for metric in _metrics(alarm).values()]
    match Tier(tier):
        case Tier.DYNAMODB:
            yield from _same("table or index", _tables(context), map(_place, named))
        case Tier.S3:
            for bucket in sorted({each.get("BucketName") or each["SourceBucket"] for each in named}):
                context.ask(s3.region, bucket)
                yield compare(f"bucket {bucket}", expected=WATCHED, found=WATCHED)
        case Tier.REDIS:
            existing = [describe_cache(context, cache)["ServerlessCacheName"] for cache in caches(context)]
            yield from _same("serverless cache", existing, (each[DIMENSION] for each in named if DIMENSION in each))
            members = {node["CacheClusterId"] for node in every_node(context)}
            watched = {each["CacheClusterId"] for each in named if "CacheClusterId" in each}
            # Autoscaling takes nodes away and brings them back.
            yield from _same("node", members, watched & members if _is_scaled(context) else watched)
        case Tier.PLATFORM:
            vaults = {each["BackupVaultName"] for each in named if "BackupVaultName" in each}
            for vault in sorted(vaults):
                context.ask(backup.vault, vault)
                yield compare(f"vault {vault}", expected=WATCHED, found=WATCHED)
            yield from _own_environment(context, named)
        case Tier.APPLICATION:
            yield from _own_environment(context, named)


@check("monitoring.topic", "Alarms are heard", severity=Severity.HIGH, each=_topic)
def topic(context: Context, arn: str) -> Iterator[Finding]:
    """The topic is encrypted with its key, CloudWatch may publish to it, and each subscriber has confirmed."""
    attributes = context.ask(sns.topic, arn)
    # SNS answers with what it was given: the key's ARN, id or alias.
    yield compare("key", expected=key_arn(context, "alarms"), found=attributes.get("KmsMasterKeyId"))
    yield compare("published to by", expected=True, found=_lets_publish(attributes.get("Policy"), context))
    expected = dict.fromkeys(context.environment.alarms.subscriptions, sns.CONFIRMED)
    found = context.ask(sns.subscriptions, arn)
    yield compare("subscribers", expected=expected, found={each: found.get(each, MISSING) for each in expected})


@check("monitoring.dashboard", "The dashboard shows what there is", severity=Severity.MEDIUM, each=_dashboard)
def dashboard(context: Context, name: str) -> Iterator[Finding]:
    """Its graphs are those of the declared tables, buckets and nodes."""
    body = context.ask(cloudwatch.dashboard, name)
    expected = json.loads(json.dumps(render_dashboard(context.environment, _declared(context))))
    yield compare("graphs", expected=_titles(expected), found=_titles(body))
    yield compare("is as derived", expected=True, found=body == expected)


def _expected(alarm: Alarm, topic: str) -> dict[str, Json]:
    rule = alarm.rule
    return {
        "metrics": {
            series.id: {
                "metric": f"{series.namespace} {series.metric}",
                "dimensions": dict(series.dimensions),
                "statistic": series.statistic,
                "seconds": series.period,
            }
            for series in alarm.series
        },
        "expression": alarm.expression,
        "sounds": f"{rule.comparison} {alarm.band or f'{alarm.threshold:g}'}",
        "in periods": f"{rule.breaching} of {rule.periods}",
        "without data": rule.missing.value,
        "tells": [topic] if rule.severity is Urgency.WARNING else [],
    }


def _live(alarm: MetricAlarmTypeDef) -> dict[str, Json]:
    expressions = {query["Id"]: query["Expression"] for query in alarm.get("Metrics", []) if "Expression" in query}
    band = expressions.pop(alarm.get("ThresholdMetricId", ""), None)
    return {
        "metrics": {
            id_: {
                "metric": f"{metric['Namespace']} {metric['MetricName']}",
                "dimensions": _by_name(metric),
                "statistic": metric["Stat"],
                "seconds": metric["Period"],
            }
            for id_, metric in _metrics(alarm).items()
        },
        "expression": next(iter(expressions.values()), None),
        "sounds": f"{alarm['ComparisonOperator']} {band or format(alarm.get('Threshold', 0), 'g')}",
        "in periods": f"{alarm.get('DatapointsToAlarm', alarm['EvaluationPeriods'])} of {alarm['EvaluationPeriods']}",
        "without data": alarm.get("TreatMissingData", "missing"),
        "tells": _tells(alarm),
    }


def _metrics(alarm: MetricAlarmTypeDef) -> dict[str, Mapping[str, Any]]:
    """What an alarm looks at, by the ids that its expression uses."""
    if "Metrics" not in alarm:
        return {"m1": {**alarm, "Stat": alarm.get("ExtendedStatistic") or alarm.get("Statistic")}}
    return {
        query["Id"]: {**query["MetricStat"], **query["MetricStat"]["Metric"]}
        for query in alarm["Metrics"]
        if "MetricStat" in query
    }


def _by_name(metric: Mapping[str, Any]) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in metric.get("Dimensions", [])}


def _tells(alarm: MetricAlarmTypeDef | CompositeAlarmTypeDef) -> list[str]:
    """Who is told of an alarm's beginning and of its end."""
    if not alarm.get("ActionsEnabled", True):
        return []
    return [arn for arn in alarm.get("AlarmActions", []) if arn in alarm.get("OKActions", [])]


def _told(context: Context, composite: Composite) -> list[str]:
    return [topic_arn(context.environment)] if composite.is_told else []


def _tables(context: Context) -> Iterator[str]:
    for declared in context.model.tables:
        live = describe_table(context, declared.name)
        yield live["TableName"]
        for index in live.get("GlobalSecondaryIndexes", []):
            yield f"{live['TableName']}/{index['IndexName']}"


def _place(named: Mapping[str, str]) -> str:
    index = named.get("GlobalSecondaryIndexName")
    return named["TableName"] + (f"/{index}" if index else "")


def _own_environment(context: Context, named: Iterable[Mapping[str, str]]) -> Iterator[Finding]:
    environments = {each["Environment"] for each in named if "Environment" in each}
    yield compare("environment", expected=[context.environment.name], found=sorted(environments))


def _same(kind: str, live: Iterable[str], watched: Iterable[str]) -> Iterator[Finding]:
    """Each live one is watched, and nothing that is not there is."""
    existing, seen = set(live), set(watched)
    for name in sorted(existing | seen):
        yield compare(f"{kind} {name}", expected=_seen(name in existing), found=_seen(name in seen))


def _is_scaled(context: Context) -> bool:
    scaled = [group.settings.autoscaling for group in replication_groups(context.environment)]
    return any(each.shards is not None or each.replicas is not None for each in scaled)


def _seen(is_so: bool) -> str:  # noqa: FBT001 - one value of a comparison
    return WATCHED if is_so else MISSING


def _lets_publish(policy: str | None, context: Context) -> bool:
    """Whether CloudWatch may publish on behalf of this account, and only of it."""
    return any(
        statement.get("Effect") == "Allow"
        and "cloudwatch.amazonaws.com" in statement.get("Principal", {}).get("Service", [])
        and statement.get("Condition", {}).get("StringEquals", {}).get("aws:SourceAccount")
        == context.environment.account
        for statement in json.loads(policy or "{}").get("Statement", [])
    )


def _titles(body: Mapping[str, Any]) -> list[str]:
    return [widget["properties"].get("title", "") for widget in body.get("widgets", [])]
