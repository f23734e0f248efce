from __future__ import annotations

from monitoring.catalogue import RULES
from monitoring.document import render_document
from toolchain import paths


def test_the_page_is_up_to_date() -> None:
    page = (paths.ROOT / "docs" / "monitoring.md").read_text(encoding="utf-8")

    assert page == render_document(), "run `make docs`"


def test_every_rule_is_on_the_page() -> None:
    page = render_document()

    assert [rule.id for rule in RULES if rule.meaning not in page or f"`{rule.threshold}`" not in page] == []


def test_critical_alarms_stand_out() -> None:
    page = render_document()

    assert "| **engine-cpu**: The engine is busy | node |" in page
    assert "| swap: A node swaps | node |" in page
