"""Against the documented structure of a dashboard's body.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import jsonschema
import pytest

import environments
from environments import Environment
from environments.schema import RedisSettings
from monitoring import alarms
from monitoring.dashboard import render_dashboard
from tierstore.model import DATA_MODEL

METRIC: dict[str, Any] = {
    "type": "object",
    "required": ["title", "region", "metrics", "view"],
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string"},
        "region": {"type": "string", "pattern": r"^[a-z]{2}(-[a-z]+)+-\d$"},
        "view": {"enum": ["timeSeries", "singleValue", "bar", "pie", "gauge", "table"]},
        "stacked": {"type": "boolean"},
        "period": {"type": "integer", "multipleOf": 60},
        "stat": {"type": "string", "pattern": r"^(SampleCount|Average|Sum|Minimum|Maximum|p\d{1,2}(\.\d+)?)$"},
        "metrics": {"type": "array", "minItems": 1, "maxItems": 500, "items": {"type": "array", "minItems": 1}},
        "yAxis": {"type": "object", "properties": {"left": {"type": "object"}}, "additionalProperties": False},
        "annotations": {
            "type": "object",
            "properties": {"horizontal": {"type": "array", "items": {"type": "object", "required": ["value"]}}},
            "additionalProperties": False,
        },
    },
}
PROPERTIES: dict[str, dict[str, Any]] = {
    "metric": METRIC,
    "text": {"type": "object", "required": ["markdown"], "properties": {"markdown": {"type": "string"}}},
    "alarm": {
        "type": "object",
        "required": ["alarms"],
        "properties": {
            "alarms": {
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {"type": "string", "pattern": r"^arn:aws:cloudwatch:[a-z0-9-]+:\d{12}:alarm:.+$"},
            }
        },
    },
}
BODY: dict[str, Any] = {
    "type": "object",
    "required": ["widgets"],
    "properties": {
        "start": {"type": "string", "pattern": r"^-P"},
        "widgets": {
            "type": "array",
            "maxItems": 500,
            "items": {
                "type": "object",
                "required": ["type", "x", "y", "width", "height", "properties"],
                "additionalProperties": False,
                "properties": {
                    "type": {"enum": list(PROPERTIES)},
                    "x": {"type": "integer", "minimum": 0, "maximum": 23},
                    "y": {"type": "integer", "minimum": 0},
                    "width": {"type": "integer", "minimum": 1, "maximum": 24},
                    "height": {"type": "integer", "minimum": 1, "maximum": 1000},
                    "properties": {"type": "object"},
                },
            },
        },
    },
}
MOST_METRICS = 2500


@pytest.fixture(
    scope="module",
    params=["local", "dev", "prod", "of 450 nodes"],
)
def body(request: pytest.FixtureRequest) -> dict[str, Any]:
    if request.param == "of 450 nodes":
        many = RedisSettings(shards=90, replicas_per_shard=4, node_quota=450)
        return rendered(environments.load("dev").model_copy(update={"redis": many}))
    return rendered(environments.load(request.param))


def rendered(environment: Environment) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(render_dashboard(environment, alarms(environment, DATA_MODEL))))
    return body


def graphs(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [widget["properties"] for widget in body["widgets"] if widget["type"] == "metric"]


def test_it_has_the_documented_structure(body: dict[str, Any]) -> None:
    jsonschema.validate(body, BODY)
    for widget in body["widgets"]:
        jsonschema.validate(widget["properties"], PROPERTIES[widget["type"]])


def test_it_keeps_below_the_limit_of_metrics(body: dict[str, Any]) -> None:
    assert sum(len(graph["metrics"]) for graph in graphs(body)) <= MOST_METRICS


def test_no_widget_covers_another(body: dict[str, Any]) -> None:
    def cells(widget: dict[str, Any]) -> set[tuple[int, int]]:
        return {
            (widget["x"] + column, widget["y"] + row)
            for column in range(widget["width"])
            for row in range(widget["height"])
        }

    for one, other in combinations(body["widgets"], 2):
        assert not cells(one) & cells(other)


def test_every_expression_names_metrics_of_its_graph(body: dict[str, Any]) -> None:
    for graph in graphs(body):
        options = [line[-1] for line in graph["metrics"]]
        ids = [option["id"] for option in options if "id" in option]
        assert len(ids) == len(set(ids))
        for option in options:
            assert set(re.findall(r"\ba\d+m\d+\b", option.get("expression", ""))) <= set(ids)
            assert "METRICS()" not in option.get("expression", ""), "would add up the metrics of other lines too"


def test_a_node_is_a_line_and_the_threshold_another() -> None:
    cpu = next(graph for graph in graphs(rendered(environments.load("dev"))) if graph["title"] == "The engine is busy")

    assert cpu["metrics"] == [
        [
            "AWS/ElastiCache",
            "EngineCPUUtilization",
            "CacheClusterId",
            f"tierstore-dev-0001-00{node}",
            "CacheNodeId",
            "0001",
            {"label": f"0001-00{node}"},
        ]
        for node in (1, 2)
    ]
    assert cpu["annotations"] == {"horizontal": [{"label": "alarm", "value": 80.0}]}


def test_what_is_not_shown_is_said() -> None:
    many = RedisSettings(shards=30, replicas_per_shard=2)
    environment = environments.load("dev").model_copy(update={"redis": many})

    titles = {graph["title"] for graph in graphs(rendered(environment))}

    assert "The engine is busy, 50 of 90" in titles
