"""CloudWatch's metric math, as far as the alarms use it: arithmetic, comparisons and a few functions.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Number = float | None
"""None where there is no data point; what is computed of it has none either."""

SERVICE_QUOTA: Final = 10_000.0
"""A second, of KMS for symmetric keys in most regions; SERVICE_QUOTA tells it for the metric's period."""

_OPERATORS: Final[Mapping[type[ast.AST], Callable[[float, float], float]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.Lt: operator.lt,
    ast.GtE: operator.ge,
    ast.LtE: operator.le,
}


class ExpressionError(Exception):
    """An expression that uses more of metric math than is known here."""


def evaluate(
    expression: str, points: Mapping[str, Mapping[float, float]], *, periods: Mapping[str, int]
) -> dict[float, float]:
    """The values of an expression over metrics, by time; raises `ExpressionError` for what is not known here."""
    tree = _parsed(expression)
    times = sorted({time for values in points.values() for time in values})
    computed = {
        time: _Moment(metrics={name: values.get(time) for name, values in points.items()}, periods=periods).value(tree)
        for time in times
    }
    return {time: float(value) for time, value in computed.items() if value is not None}


def band(expression: str) -> tuple[str, float]:
    """The metric and the width in standard deviations of `ANOMALY_DETECTION_BAND(m1, 2)`."""
    match _parsed(expression):
        case ast.Call(
            func=ast.Name(id="ANOMALY_DETECTION_BAND"),
            args=[ast.Name(id=metric), ast.Constant(value=float() | int() as width)],
        ):
            return metric, float(width)
    raise ExpressionError(f"{expression} is not a band of anomaly detection")


def _parsed(expression: str) -> ast.expr:
    try:
        return ast.parse(expression, mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{expression}: {error}") from error


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """The values of all metrics at one time."""

    metrics: Mapping[str, Number]
    periods: Mapping[str, int]

    def value(self, node: ast.expr) -> Number:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name) if name in self.metrics:
                return self.metrics[name]
            case ast.BinOp(left=left, op=op, right=right) | ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._combined(type(op), self.value(left), self.value(right))
            case ast.Call(func=ast.Name(id=function), args=arguments):
                return self._called(function, arguments)
        raise ExpressionError(f"metric math here knows no {ast.unparse(node)}")

    def _combined(self, op: type[ast.AST], left: Number, right: Number) -> Number:
        if op not in _OPERATORS:
            raise ExpressionError(f"metric math here knows no operator {op.__name__}")
        if left is None or right is None or (op is ast.Div and right == 0):
            return None
        return float(_OPERATORS[op](left, right))

    def _called(self, function: str, arguments: Sequence[ast.expr]) -> Number:
        match function, arguments:
            case "SUM", [ast.Call(func=ast.Name(id="METRICS"), args=[])]:
                known = [value for value in self.metrics.values() if value is not None]
                return sum(known) if known else None
            case "IF", [condition, then, otherwise]:
                chosen: Any = self.value(condition)
                return None if chosen is None else self.value(then if chosen else otherwise)
            case "PERIOD", [ast.Name(id=name)] if name in self.periods:
                return float(self.periods[name])
            case "SERVICE_QUOTA", [ast.Name(id=name)] if name in self.periods:
                return SERVICE_QUOTA * self.periods[name]
        raise ExpressionError(f"metric math here knows no {function} of {len(arguments)} arguments")
