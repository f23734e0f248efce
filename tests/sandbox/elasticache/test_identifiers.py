from __future__ import annotations

import pytest

from sandbox.elasticache import identifiers
from sandbox.elasticache.protocol import ServiceError


@pytest.mark.parametrize("name", ["", "1a", "-a", "a-", "a--b", "a.b", "a b", "../a", "ä", "a" * 41])
def test_what_aws_takes_for_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ServiceError, match="The parameter SnapshotName is ") as refusal:
        identifiers.new({"SnapshotName": name}, "SnapshotName", longest=40)

    assert refusal.value.code == "InvalidParameterValue"


@pytest.mark.parametrize("name", ["a", "A-1", "a1-b2", "a" * 40])
def test_an_identifier_is_kept_in_lower_case(name: str) -> None:
    assert identifiers.new({"SnapshotName": name}, "SnapshotName", longest=40) == name.lower()
