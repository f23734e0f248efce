from __future__ import annotations

import io
import json

from rich.console import Console

from benchmarks.result import Result, render_json, render_table

RESULT = Result(name="synth.prod", value=1.5, unit="s", baseline=12.0, rivals={"other": 0.5})


def test_the_ratio_is_the_share_of_the_baseline() -> None:
    assert RESULT.ratio == 0.125


def test_results_are_recorded_with_their_ratio() -> None:
    assert json.loads(render_json([RESULT])) == {
        "benchmarks": [
            {
                "name": "synth.prod",
                "value": 1.5,
                "unit": "s",
                "baseline": 12.0,
                "ratio": 0.125,
                "rivals": {"other": 0.5},
            }
        ]
    }


def test_the_table_shows_ratios_side_by_side() -> None:
    terminal = Console(file=io.StringIO(), width=100)

    terminal.print(render_table([RESULT]))

    assert isinstance(terminal.file, io.StringIO)
    for cell in ("synth.prod", "1.5 s", "12 s", "0.125", "other 0.50"):
        assert cell in terminal.file.getvalue()
