"""Which state an alarm is in, given the data points of its metrics.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html, with two simplifications: the
window ends with the newest of the last three periods that has data, and what is usual (anomaly detection) is the mean
and the standard deviation of all that was before the window, without seasons.
"""

from __future__ import annotations

import operator
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sandbox.cloudwatch import metric_math

Points = Mapping[float, float]
"""Values by the epoch second at which their period begins."""

_HISTORY: Final = 14 * 24 * 3600.0
"""Seconds that anomaly detection looks back."""
_RECENT: Final = 3
_LEAST_HISTORY: Final = 2

_COMPARED: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "GreaterThanUpperThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}
_ALL_MISSING: Final = {"breaching": "ALARM", "notBreaching": "OK", "missing": "INSUFFICIENT_DATA"}
"""By what missing data is taken for; `ignore` leaves the state."""


@dataclass(frozen=True, kw_only=True)
class State:
    """OK, ALARM or INSUFFICIENT_DATA, and why."""

    value: str
    reason: str


def require_known(definition: Mapping[str, Any]) -> None:
    """Raise `ExpressionError` for an alarm that could not be evaluated here."""
    compared = definition["ComparisonOperator"]
    if compared not in _COMPARED:
        raise metric_math.ExpressionError(f"alarms here know no {compared}, only {', '.join(_COMPARED)}")
    ids = [query["Id"] for query in definition.get("Metrics", ()) if "MetricStat" in query] or ["m1"]
    points = {id_: {0.0: 1.0} for id_ in ids}
    _compared_values(definition, points)
    _limit(definition, points, before=0.0)


def horizon(definition: Mapping[str, Any]) -> float:
    """Seconds back from now for which an alarm's data points are needed."""
    if "ThresholdMetricId" in definition:
        return _HISTORY
    return float(period_of(definition) * (definition["EvaluationPeriods"] + _RECENT))


def period_of(definition: Mapping[str, Any]) -> int:
    """Seconds between two looks: the longest period of the metrics."""
    stats = [query["MetricStat"] for query in definition.get("Metrics", ()) if "MetricStat" in query]
    return max(int(stat["Period"]) for stat in stats or [definition])


def state_of(definition: Mapping[str, Any], points: Mapping[str, Points], *, now: float, current: str) -> State:
    """The state of a metric alarm whose metrics have these points, by the metrics' ids."""
    period = period_of(definition)
    this = now // period * period
    values = _compared_values(definition, points)
    recent = [this - period * back for back in range(_RECENT)]
    end = next((begin for begin in recent if begin in values), this)
    window = [end - period * back for back in range(definition["EvaluationPeriods"])]
    limit = _limit(definition, points, before=window[-1])
    missing = definition.get("TreatMissingData", "missing")
    compared = _COMPARED[definition["ComparisonOperator"]]
    present = [values[begin] for begin in window if begin in values and limit is not None]
    needed = definition.get("DatapointsToAlarm", definition["EvaluationPeriods"])
    if not present or limit is None:
        return State(value=_ALL_MISSING.get(missing, current), reason="no data points")
    breaching = sum(compared(value, limit) for value in present)
    if missing == "breaching":
        breaching += len(window) - len(present)
    reason = f"{breaching} of the last {len(window)} periods are beyond {limit:g}: {present}"
    if breaching >= needed:
        return State(value="ALARM", reason=reason)
    if missing == "ignore" and len(present) < needed:
        return State(value=current, reason=reason)
    return State(value="OK", reason=reason)


def _compared_values(definition: Mapping[str, Any], points: Mapping[str, Points]) -> Points:
    """The values that are compared: the metric's, or those of the expression that returns data."""
    band = definition.get("ThresholdMetricId")
    returned = [
        query for query in definition.get("Metrics", ()) if query.get("ReturnData", True) and query["Id"] != band
    ]
    if not returned or "MetricStat" in returned[0]:
        return points[returned[0]["Id"] if returned else "m1"]
    periods = {query["Id"]: query["MetricStat"]["Period"] for query in definition["Metrics"] if "MetricStat" in query}
    return metric_math.evaluate(returned[0]["Expression"], points, periods=periods)


def _limit(definition: Mapping[str, Any], points: Mapping[str, Points], *, before: float) -> float | None:
    """The threshold; of a band its upper end, None while too little is known."""
    band = definition.get("ThresholdMetricId")
    if band is None:
        return float(definition["Threshold"])
    expressions = {query["Id"]: query.get("Expression", "") for query in definition["Metrics"]}
    metric, deviations = metric_math.band(expressions.get(band, ""))
    if metric not in points:
        raise metric_math.ExpressionError(f"the band is around {metric}; alarms here know one around a metric only")
    history = [value for begin, value in points[metric].items() if begin < before]
    if len(history) < _LEAST_HISTORY:
        return None
    return statistics.fmean(history) + deviations * statistics.pstdev(history)
