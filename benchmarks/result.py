"""What a benchmark found, and how it is shown and recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from rich.table import Table


class UnusableResult(Exception):  # noqa: N818 - says what is wrong
    """What was measured is not the same thing as the baseline."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure beside that of the stock way, taken in the same run; smaller values are better."""

    name: str
    value: float
    unit: str
    baseline: float
    """The stock way, in the same unit."""
    rivals: Mapping[str, float] = field(default_factory=dict)
    """Each rival's share of the baseline."""

    @property
    def ratio(self) -> float:
        """The share of the baseline: 0.1 is a tenth of its cost, ten times as fast."""
        return self.value / self.baseline


def render_json(results: Sequence[Result]) -> str:
    """The content of `build/bench.json`."""
    return json.dumps({"benchmarks": [asdict(result) | {"ratio": result.ratio} for result in results]}, indent=2)


def render_table(results: Sequence[Result]) -> Table:
    """A row for each result."""
    table = Table("benchmark", "value", "baseline", "of the baseline", "rivals, of the baseline")
    for result in results:
        rivals = ", ".join(f"{name} {ratio:.2f}" for name, ratio in result.rivals.items())
        table.add_row(
            result.name,
            f"{result.value:.3g} {result.unit}",
            f"{result.baseline:.3g} {result.unit}",
            f"{result.ratio:.3f}",
            rivals or "–",
        )
    return table
