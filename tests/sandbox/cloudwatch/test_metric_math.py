from __future__ import annotations

import pytest

from sandbox.cloudwatch.metric_math import SERVICE_QUOTA, ExpressionError, band, evaluate


def value(expression: str, **metrics: float | None) -> float | None:
    points = {name: {} if number is None else {0.0: number} for name, number in metrics.items()}
    points["clock"] = {0.0: 1.0}
    return evaluate(expression, points, periods=dict.fromkeys(points, 60)).get(0.0)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("100 * m1 / (m1 + m2)", 75),
        ("IF(m1 + m2 > 5, m2, m1)", 3),
        ("IF(m1 - m2 <= 2, m2, m1)", 1),
        ("m1 / PERIOD(m1)", 0.05),
        ("m1 / SERVICE_QUOTA(m1)", 3 / (60 * SERVICE_QUOTA)),
    ],
)
def test_arithmetic_and_functions(expression: str, expected: float) -> None:
    assert value(expression, m1=3, m2=1) == pytest.approx(expected)


def test_a_sum_of_all_metrics_leaves_out_what_has_no_data() -> None:
    points = {"m1": {0.0: 3.0, 60.0: 1.0}, "m2": {0.0: 4.0}}

    assert evaluate("SUM(METRICS())", points, periods={}) == {0.0: 7.0, 60.0: 1.0}


@pytest.mark.parametrize("expression", ["m1 + m2", "IF(m2 > 1, 1, 0)", "m1 / 0"])
def test_what_is_computed_of_nothing_is_nothing(expression: str) -> None:
    assert value(expression, m1=1, m2=None) is None


@pytest.mark.parametrize(
    "expression", ["RATE(m1)", "m1 ** 2", "m3", "SUM(m1)", "'text'", "m1 +", "PERIOD(m3)", "SERVICE_QUOTA(m3)"]
)
def test_what_is_not_known_is_said(expression: str) -> None:
    with pytest.raises(ExpressionError):
        value(expression, m1=1)


def test_a_band_names_its_metric_and_its_width() -> None:
    assert band("ANOMALY_DETECTION_BAND(m1, 4)") == ("m1", 4.0)


def test_what_is_no_band_is_refused() -> None:
    with pytest.raises(ExpressionError, match="is not a band"):
        band("m1 + 4")
