"""Regions know their partition."""

from __future__ import annotations

import pytest

from environments.regions import partition


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("us-east-1", "aws"),
        ("eu-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
    ],
)
def test_a_region_belongs_to_a_partition(region: str, expected: str) -> None:
    assert partition(region) == expected
