"""Alarms as resources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import (
    CloudwatchCompositeAlarm,
    CloudwatchCompositeAlarmActionsSuppressor,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from environments.schema import Environment
from monitoring.alarm import BAND, VALUE, Alarm, Series
from monitoring.composite import composites
from monitoring.platform import maintenance
from monitoring.rule import Severity

SUPPRESSION_SECONDS = 120
"""How long the end of maintenance, and its beginning, may lag behind what it does to alarms."""


class Alarms(Construct):
    """Every alarm, and the composite ones: critical alarms are told of by those, warnings by themselves."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, alarms: Sequence[Alarm], topic_arn: str
    ) -> None:
        super().__init__(scope, id_)
        by_name: dict[str, Any] = {}
        # An alarm can't be named before it exists, nor be deleted while it is named: composite ones change in between.
        named = TerraformResourceLifecycle(create_before_destroy=True)
        for alarm in alarms:
            told = [topic_arn] if alarm.rule.severity is Severity.WARNING else None
            by_name[alarm.name] = CloudwatchMetricAlarm(
                self, alarm.id, alarm_actions=told, ok_actions=told, lifecycle=named, **render_alarm(alarm)
            )
        silence = CloudwatchCompositeAlarmActionsSuppressor(
            alarm=maintenance(environment).name,
            wait_period=SUPPRESSION_SECONDS,
            extension_period=SUPPRESSION_SECONDS,
        )
        for composite in composites(environment, alarms):
            children = [by_name[child] for child in composite.children]
            told = [topic_arn] if composite.is_told else None
            by_name[composite.name] = CloudwatchCompositeAlarm(
                self,
                composite.id,
                alarm_name=composite.name,
                alarm_description=composite.description,
                alarm_rule=composite.rule,
                alarm_actions=told,
                ok_actions=told,
                actions_suppressor=silence if composite.is_told else None,
                lifecycle=named,
                depends_on=[*children, by_name[maintenance(environment).name]],
            )


def render_alarm(alarm: Alarm) -> dict[str, Any]:
    """Everything about an alarm but whom it tells."""
    rule = alarm.rule
    return {
        "alarm_name": alarm.name,
        "alarm_description": alarm.description,
        "comparison_operator": rule.comparison.value,
        "evaluation_periods": rule.periods,
        "datapoints_to_alarm": rule.breaching,
        "treat_missing_data": rule.missing.value,
        **_compared(alarm),
    }


def _compared(alarm: Alarm) -> dict[str, Any]:
    if alarm.band:
        return {"threshold_metric_id": BAND, "metric_query": list(_queries(alarm))}
    if alarm.expression:
        return {"threshold": alarm.threshold, "metric_query": list(_queries(alarm))}
    (series,) = alarm.series
    return {
        "threshold": alarm.threshold,
        "namespace": series.namespace,
        "metric_name": series.metric,
        "dimensions": dict(series.dimensions),
        "period": series.period,
        ("extended_statistic" if series.is_percentile else "statistic"): series.statistic,
    }


def _queries(alarm: Alarm) -> Iterator[CloudwatchMetricAlarmMetricQuery]:
    for series in alarm.series:
        yield CloudwatchMetricAlarmMetricQuery(
            id=series.id, metric=_metric(series), return_data=alarm.expression is None
        )
    if alarm.expression:
        yield CloudwatchMetricAlarmMetricQuery(
            id=VALUE, expression=alarm.expression, label=alarm.rule.title, return_data=True
        )
    if alarm.band:
        yield CloudwatchMetricAlarmMetricQuery(id=BAND, expression=alarm.band, label="usual", return_data=True)


def _metric(series: Series) -> CloudwatchMetricAlarmMetricQueryMetric:
    return CloudwatchMetricAlarmMetricQueryMetric(
        namespace=series.namespace,
        metric_name=series.metric,
        dimensions=dict(series.dimensions),
        period=series.period,
        stat=series.statistic,
    )
