"""The page lists the metrics and events that there are."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from tierstore.observability.events import Event
from tierstore.observability.metrics import METRICS, Metric
from toolchain.paths import ROOT

PAGE = (ROOT / "docs/observability.md").read_text(encoding="utf-8")
HEADING = "| Metric | Unit | Tiers | By operation | Meaning |\n| --- | --- | --- | --- | --- |\n"


def row(metric: Metric) -> str:
    by_operation = "yes" if metric.by_operation else ""
    return f"| `{metric.name}` | {metric.unit} | {', '.join(metric.tiers)} | {by_operation} | {metric.meaning} |\n"


def test_the_pages_table_is_that_of_the_module() -> None:
    table = HEADING + "".join(map(row, METRICS))

    assert table + "\n" in PAGE, f"the table of docs/observability.md has to be:\n{table}"


@pytest.mark.parametrize("event", get_args(Event))
def test_every_event_is_on_the_page(event: type[Any]) -> None:
    assert f"| `{event.__name__}` |" in PAGE
