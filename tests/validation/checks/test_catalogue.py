"""The checks as a whole."""

from __future__ import annotations

from itertools import groupby

from validation.checks import CHECKS


def test_ids_are_unique() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)


def test_reports_show_each_tier_in_one_piece() -> None:
    assert [tier for tier, _ in groupby(CHECKS, key=lambda check: check.tier)] == [
        "platform",
        "dynamodb",
        "s3",
        "redis",
        "backup",
        "monitoring",
    ]
