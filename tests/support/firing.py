"""Makes an alarm sound, and fall silent, by the data that its own definition asks for."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final

from mypy_boto3_cloudwatch import CloudWatchClient

from sandbox.cloudwatch import metric_math

VALUES: Final = (0.0, 1.0, 1e2, 1e4, 1e6, 1e12)
"""Among these are some beyond any threshold and some within."""
HISTORY: Final = 12
"""Periods of ordinary data, before which nothing is unusual."""

Definition = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric that an alarm looks at."""

    id: str
    namespace: str
    name: str
    dimensions: list[dict[str, str]]
    period: int


def share(alarm: Definition, other: Definition) -> bool:
    """Whether two alarms look at one metric, so that what is put for the one is seen by the other."""
    return not _seen(alarm).isdisjoint(_seen(other))


def fire(cloudwatch: CloudWatchClient, alarm: Definition, *, ago: int = 0) -> None:
    """Put just as much data beyond the threshold as makes an alarm, in the oldest periods that are looked at.

    `ago` is what `calm` is given then: 1 leaves the newest period to another alarm that looks at the same metrics.
    """
    bad, good = _values(alarm, breaching=True), _values(alarm, breaching=False)
    looked_at, needed = alarm["EvaluationPeriods"], alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"])
    by_age = {ago: bad if ago > looked_at - needed else good for ago in range(1, looked_at + 1)}
    if "ThresholdMetricId" in alarm:
        by_age |= dict.fromkeys(range(looked_at + 1, looked_at + 1 + HISTORY), good)
    _put(cloudwatch, alarm, {age + ago: values for age, values in by_age.items()})


def calm(cloudwatch: CloudWatchClient, alarm: Definition, *, ago: int = 0) -> None:
    """Put one datum within the threshold, after those beyond it: the oldest of them is looked at no more."""
    _put(cloudwatch, alarm, {ago: _values(alarm, breaching=False)})


def state(cloudwatch: CloudWatchClient, name: str) -> str:
    """OK, ALARM or INSUFFICIENT_DATA."""
    found = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    (value,) = [alarm["StateValue"] for alarm in (*found["MetricAlarms"], *found["CompositeAlarms"])]
    return value


def _metrics(alarm: Definition) -> Iterator[Metric]:
    queries = [query for query in alarm.get("Metrics", ()) if "MetricStat" in query]
    if not queries:
        queries = [{"Id": "m1", "MetricStat": {"Metric": alarm, "Period": alarm["Period"]}}]
    for query in queries:
        metric = query["MetricStat"]["Metric"]
        yield Metric(
            id=query["Id"],
            namespace=metric["Namespace"],
            name=metric["MetricName"],
            dimensions=list(metric["Dimensions"]),
            period=query["MetricStat"]["Period"],
        )


def _seen(alarm: Definition) -> set[tuple[str, str, frozenset[tuple[str, str]]]]:
    """The metrics; their dimensions come in any order."""
    return {
        (each.namespace, each.name, frozenset((one["Name"], one["Value"]) for one in each.dimensions))
        for each in _metrics(alarm)
    }


def _values(alarm: Definition, *, breaching: bool) -> Mapping[str, float]:
    """A value for each metric, so that what is compared is beyond the threshold, or within it."""
    metrics = list(_metrics(alarm))
    if "ThresholdMetricId" in alarm:
        return {metrics[0].id: VALUES[-1] if breaching else VALUES[1]}
    expressions = [query["Expression"] for query in alarm.get("Metrics", ()) if "Expression" in query]
    below = alarm["ComparisonOperator"].startswith("LessThan")
    periods = {metric.id: metric.period for metric in metrics}
    for chosen in product(VALUES, repeat=min(2, len(metrics))):
        # Of several metrics the first may differ from the others.
        values = {metric.id: chosen[min(number, len(chosen) - 1)] for number, metric in enumerate(metrics)}
        if expressions:
            points = {id_: {0.0: value} for id_, value in values.items()}
            found = metric_math.evaluate(expressions[0], points, periods=periods).get(0.0)
        else:
            found = chosen[0]
        if found is None:
            continue
        is_beyond = found < alarm["Threshold"] if below else found > alarm["Threshold"]
        if is_beyond == breaching:
            return values
    raise AssertionError(f"no data makes {alarm['AlarmName']} {'sound' if breaching else 'silent'}")


def _put(cloudwatch: CloudWatchClient, alarm: Definition, by_age: Mapping[int, Mapping[str, float]]) -> None:
    """Put the values of all metrics, by how many periods ago; in one request, so that the state is judged once."""
    metrics, now = list(_metrics(alarm)), time.time()
    data: list[Any] = [
        {
            "MetricName": metric.name,
            "Dimensions": metric.dimensions,
            "Value": values[metric.id],
            "Timestamp": datetime.fromtimestamp((now // metric.period - ago) * metric.period, UTC),
        }
        for ago, values in by_age.items()
        for metric in metrics
    ]
    cloudwatch.put_metric_data(Namespace=metrics[0].namespace, MetricData=data)
