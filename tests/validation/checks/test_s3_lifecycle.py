"""What lifecycle rules do, whatever they are called and however they are written."""

from __future__ import annotations

from typing import Any

import pytest

from environments.schema import BucketSettings, LifecycleRule
from validation.checks.s3_lifecycle import declared_ageing, live_ageing


def rule(**effect: Any) -> dict[str, Any]:
    return {"ID": "rule", "Status": "Enabled", "Filter": {}, **effect}


ABORT = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule(**ABORT)], {"days until incomplete uploads are removed": 7}),
        ([rule(**ABORT, Filter={"Prefix": ""})], {"days until incomplete uploads are removed": 7}),
        ([rule(**ABORT, Status="Disabled")], {}),
        (
            [rule(NoncurrentVersionExpiration={"NoncurrentDays": 90}, Expiration={"ExpiredObjectDeleteMarker": True})],
            {"days until noncurrent versions are removed": 90},
        ),
        (
            [rule(Transitions=[{"Days": 30, "StorageClass": "INTELLIGENT_TIERING"}])],
            {"days until INTELLIGENT_TIERING": 30},
        ),
        (
            [rule(Expiration={"Days": 365}), rule(Expiration={"Days": 30})],
            {"days until current objects expire": 30},
        ),
        (
            [rule(Expiration={"Days": 1}, Filter={"Prefix": "drafts/"})],
            {
                "rule rule is for": {"prefix": "drafts/"},
                "rule rule for some objects: days until current objects expire": 1,
            },
        ),
        (
            [rule(Expiration={"Days": 1}, Filter={"Tag": {"Key": "a", "Value": "b"}})],
            {
                "rule rule is for": {"tags": {"a": "b"}},
                "rule rule for some objects: days until current objects expire": 1,
            },
        ),
        (
            [
                rule(
                    Transitions=[{"Days": 1, "StorageClass": "GLACIER_IR"}],
                    Filter={"And": {"ObjectSizeGreaterThan": 9, "Tags": [{"Key": "a", "Value": "b"}]}},
                )
            ],
            {
                "rule rule is for": {"larger than": 9, "tags": {"a": "b"}},
                "rule rule for some objects: days until GLACIER_IR": 1,
            },
        ),
        (
            [rule(NoncurrentVersionTransitions=[{"NoncurrentDays": 9, "StorageClass": "GLACIER"}])],
            {"days until noncurrent versions move to GLACIER": 9},
        ),
    ],
)
def test_rules_are_told_by_what_they_do(rules: list[dict[str, Any]], found: dict[str, Any]) -> None:
    assert live_ageing(rules) == found


def test_rules_for_some_objects_are_expected_as_the_environment_states_them() -> None:
    settings = BucketSettings(
        intelligent_tiering_days=None,
        lifecycle=(LifecycleRule(id="large", larger_than_bytes=9, tags={"a": "b"}, transition_days=1),),
    )

    assert declared_ageing(settings) == {
        "days until incomplete uploads are removed": 7,
        "days until noncurrent versions are removed": 90,
        "rule large is for": {"larger than": 9, "tags": {"a": "b"}},
        "rule large for some objects: days until GLACIER_IR": 1,
    }
