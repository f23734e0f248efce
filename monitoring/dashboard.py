"""The dashboard: the state of every tier on top, below it a graph for every rule with a line for every resource.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from environments.schema import Environment
from monitoring.alarm import Alarm
from monitoring.composite import composites
from monitoring.rule import Rule, Tier

Widget = dict[str, Any]

COLUMNS: Final = 24
"""Of the grid."""
GRAPHS_A_ROW: Final = 4
GRAPH_HEIGHT: Final = 6
MOST_LINES: Final = 50
"""In one graph; more can't be told apart, and CloudWatch allows 2,500 metrics on a dashboard."""

_TITLES: Final = {
    Tier.DYNAMODB: "DynamoDB",
    Tier.S3: "S3",
    Tier.REDIS: "Redis",
    Tier.PLATFORM: "Keys and backups",
    Tier.APPLICATION: "The application, as the library sees it",
}


def dashboard_name(environment: Environment) -> str:
    """Its name in the account."""
    return f"{environment.prefix}-{environment.name}"


def render_dashboard(environment: Environment, alarms: Sequence[Alarm]) -> dict[str, Any]:
    """The body of the dashboard."""
    grid = _Grid()
    grid.row(
        _text(f"# {environment.name}\n{environment.description}. What an alarm means: `docs/monitoring.md`"), height=2
    )
    told = [composite.name for composite in composites(environment, alarms) if composite.is_told]
    grid.row(_states("Tiers", [_arn(environment, name) for name in told]), height=2)
    for tier, own in groupby(alarms, key=lambda alarm: alarm.tier):
        grid.row(_text(f"## {_TITLES[tier]}"), height=1)
        by_rule: dict[str, list[Alarm]] = {}
        for alarm in own:
            by_rule.setdefault(alarm.rule.id, []).append(alarm)
        grid.fill([_graph(environment, of_rule) for of_rule in by_rule.values()])
    return {"start": "-PT3H", "widgets": grid.widgets}


@dataclass
class _Grid:
    """Places widgets from the top left."""

    widgets: list[Widget] = field(default_factory=list)
    _y: int = 0

    def row(self, widget: Widget, *, height: int) -> None:
        """Put a widget below all others, over the whole width."""
        self.widgets.append({**widget, "x": 0, "y": self._y, "width": COLUMNS, "height": height})
        self._y += height

    def fill(self, graphs: Sequence[Widget]) -> None:
        """Put graphs below all others, several in a row."""
        width = COLUMNS // GRAPHS_A_ROW
        for number, graph in enumerate(graphs):
            row, column = divmod(number, GRAPHS_A_ROW)
            place = {"x": column * width, "y": self._y + row * GRAPH_HEIGHT, "width": width, "height": GRAPH_HEIGHT}
            self.widgets.append({**graph, **place})
        self._y += -(-len(graphs) // GRAPHS_A_ROW) * GRAPH_HEIGHT


def _text(markdown: str) -> Widget:
    return {"type": "text", "properties": {"markdown": markdown}}


def _states(title: str, arns: Sequence[str]) -> Widget:
    return {"type": "alarm", "properties": {"title": title, "alarms": list(arns)}}


def _arn(environment: Environment, alarm_name: str) -> str:
    return f"arn:{environment.partition}:cloudwatch:{environment.region}:{environment.account}:alarm:{alarm_name}"


def _graph(environment: Environment, alarms: Sequence[Alarm]) -> Widget:
    rule = alarms[0].rule
    shown = alarms[:MOST_LINES]
    of_all = f", {len(shown)} of {len(alarms)}" if len(shown) < len(alarms) else ""
    return {
        "type": "metric",
        "properties": {
            "title": f"{rule.title}{of_all}",
            "region": environment.region,
            "view": "timeSeries",
            "stacked": False,
            "period": rule.period,
            "stat": rule.statistic,
            "metrics": [line for number, alarm in enumerate(shown, start=1) for line in _lines(alarm, f"a{number}")],
            "yAxis": {"left": {"min": 0, **({"label": rule.unit, "showUnits": False} if rule.unit else {})}},
            **_threshold(rule, alarms[0].threshold),
        },
    }


def _threshold(rule: Rule, value: float) -> Mapping[str, Any]:
    # A band is as wide as the metric has been varied: there is no one number to draw.
    return {} if rule.has_band else {"annotations": {"horizontal": [{"label": "alarm", "value": value}]}}


def _lines(alarm: Alarm, prefix: str) -> Iterator[list[Any]]:
    """The metrics of an alarm; where it compares an expression of them, that is drawn and they are not."""
    expression = alarm.expression
    for series in alarm.series:
        dimensions = [part for name, value in series.dimensions.items() for part in (name, value)]
        options = {"label": alarm.resource} if expression is None else {"id": prefix + series.id, "visible": False}
        yield [series.namespace, series.metric, *dimensions, options]
    if expression is not None:
        own = ", ".join(prefix + series.id for series in alarm.series)
        named = re.sub(r"\bm(?=\d+\b)", f"{prefix}m", expression).replace("METRICS()", f"[{own}]")
        yield [{"expression": named, "label": alarm.resource, "id": prefix}]
