from __future__ import annotations

from typing import Any

import pytest

from sandbox.cloudwatch.evaluation import require_known, state_of
from sandbox.cloudwatch.metric_math import ExpressionError

NOW = 6_000_030.0
THIS = 6_000_000.0
"""When the present minute began."""


def definition(**changes: Any) -> dict[str, Any]:
    """Three of five minutes above 10."""
    return {
        "MetricName": "x",
        "Period": 60,
        "EvaluationPeriods": 5,
        "DatapointsToAlarm": 3,
        "Threshold": 10,
        "ComparisonOperator": "GreaterThanThreshold",
        **changes,
    }


def state(*values: float | None, current: str = "OK", **changes: Any) -> str:
    """The state where these are the values up to the last whole minute, the newest last."""
    begins = [THIS - 60 * back for back in range(len(values), 0, -1)]
    points = {begin: value for begin, value in zip(begins, values, strict=True) if value is not None}
    return state_of(definition(**changes), {"m1": points}, now=NOW, current=current).value


def test_enough_breaching_periods_are_an_alarm() -> None:
    assert state(11, 9, 11, 9, 11) == "ALARM"


def test_too_few_are_none() -> None:
    assert state(11, 9, 9, 9, 11, current="ALARM") == "OK"


def test_what_was_before_the_window_does_not_count() -> None:
    assert state(11, 11, 11, 11, 9, 9, 9, 9) == "OK"


def test_the_present_period_counts_as_soon_as_it_has_data() -> None:
    points = {THIS - 60: 11.0, THIS - 120: 11.0, THIS: 11.0}

    assert state_of(definition(), {"m1": points}, now=NOW, current="OK").value == "ALARM"


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "ALARM"), ("missing", "INSUFFICIENT_DATA")],
)
def test_no_data_at_all_is_taken_for_what_the_alarm_says(missing: str, expected: str) -> None:
    assert state(current="ALARM", TreatMissingData=missing) == expected


@pytest.mark.parametrize(
    ("missing", "expected"), [("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "ALARM"), ("missing", "OK")]
)
def test_some_data_is_completed_as_the_alarm_says(missing: str, expected: str) -> None:
    assert state(None, None, None, 11, 9, current="ALARM", TreatMissingData=missing) == expected


def test_a_value_may_be_too_low() -> None:
    assert state(9, 9, 9, ComparisonOperator="LessThanThreshold") == "ALARM"


BAND: dict[str, Any] = {
    "ThresholdMetricId": "band",
    "ComparisonOperator": "GreaterThanUpperThreshold",
    "EvaluationPeriods": 1,
    "DatapointsToAlarm": 1,
    "TreatMissingData": "ignore",
    "Metrics": [
        {"Id": "m1", "MetricStat": {"Period": 60}, "ReturnData": True},
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": True},
    ],
}


def test_what_is_unusual_is_an_alarm() -> None:
    usual = [9.0, 11.0] * 10  # mean 10, deviation 1

    assert state(*usual, 12.5, **BAND) == "ALARM"
    assert state(*usual, 11.5, **BAND, current="ALARM") == "OK"


def test_nothing_is_unusual_while_nothing_is_known() -> None:
    assert state(1000, **BAND) == "OK"


@pytest.mark.parametrize("known", [definition(), BAND])
def test_what_can_be_evaluated_is_known(known: dict[str, Any]) -> None:
    require_known(known)


def test_a_comparison_that_is_not_known_is_said() -> None:
    with pytest.raises(ExpressionError, match="alarms here know no LessThanLowerThreshold"):
        require_known(definition(ComparisonOperator="LessThanLowerThreshold"))


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("ANOMALY_DETECTION_BAND(m1", "ANOMALY_DETECTION_BAND"),
        ("ANOMALY_DETECTION_BAND(m2, 2)", "the band is around m2"),
    ],
)
def test_a_band_that_cannot_be_drawn_is_said(expression: str, told: str) -> None:
    metric, band = BAND["Metrics"]

    with pytest.raises(ExpressionError, match=told):
        require_known({**BAND, "Metrics": [metric, {**band, "Expression": expression}]})


def test_a_band_that_is_not_there_is_said() -> None:
    with pytest.raises(ExpressionError):
        require_known({**BAND, "ThresholdMetricId": "another"})
