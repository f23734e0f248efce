"""What costs money and has no known price is said, whether it is a type of resource or a part of one."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.validation.plan.builder import created, environment, plan
from toolchain import paths
from validation.cost import unpriced
from validation.cost.comparison import compare
from validation.cost.estimate import ESTIMATORS, FREE
from validation.plan.model import read_plan

USED: list[tuple[str, str, dict[str, Any]]] = [
    ("aws_appautoscaling_policy", "alarms of target tracking", {"policy_type": "TargetTrackingScaling"}),
    (
        "aws_backup_plan",
        "recovery points in cold storage",
        {"rule": [{"rule_name": "daily"}, {"lifecycle": [{"cold_storage_after": 30}]}]},
    ),
    (
        "aws_backup_plan",
        "recovery points in cold storage",
        {"rule": [{"copy_action": [{"lifecycle": [{"cold_storage_after": 30}]}]}]},
    ),
    (
        "aws_backup_plan",
        "copying of recovery points",
        {"rule": [{"copy_action": [{"lifecycle": [{"delete_after": 35}]}]}]},
    ),
    ("aws_cloudwatch_metric_alarm", "metrics that applications publish", {"namespace": "Tierstore"}),
    (
        "aws_cloudwatch_metric_alarm",
        "metrics that applications publish",
        {"metric_query": [{"id": "e1"}, {"id": "m1", "metric": [{"namespace": "Tierstore"}]}]},
    ),
    ("aws_dynamodb_table", "import", {"import_table": [{"input_format": "DYNAMODB_JSON"}]}),
    ("aws_dynamodb_table", "restore", {"restore_source_name": "core"}),
    ("aws_dynamodb_table", "restore", {"restore_source_table_arn": "arn:aws:dynamodb:us-east-1:1:table/core"}),
    ("aws_elasticache_serverless_cache", "data transfer between zones", {}),
    ("aws_kms_key", "key material of earlier rotations", {"enable_key_rotation": True}),
    ("aws_s3_bucket_intelligent_tiering_configuration", "archive tiers", {}),
    (
        "aws_s3_bucket_lifecycle_configuration",
        "transitions to other storage classes",
        {"rule": [{"noncurrent_version_transition": [{"storage_class": "GLACIER_IR"}]}]},
    ),
    (
        "aws_s3_bucket_lifecycle_configuration",
        "transitions to other storage classes",
        {"rule": [{"id": "first"}, {"transition": [{"storage_class": "INTELLIGENT_TIERING"}]}]},
    ),
    ("aws_s3_bucket_notification", "events of objects", {"eventbridge": True}),
    ("aws_sns_topic_subscription", "notifications", {}),
    ("aws_ssm_parameter", "advanced parameter", {"tier": "Advanced"}),
]
"""Resources that have a part which costs money."""

UNUSED: list[tuple[str, dict[str, Any]]] = [
    ("aws_appautoscaling_policy", {"policy_type": "StepScaling"}),
    ("aws_backup_plan", {"rule": [{"lifecycle": [{"cold_storage_after": 0, "delete_after": 35}], "copy_action": []}]}),
    ("aws_cloudwatch_metric_alarm", {"namespace": "AWS/DynamoDB"}),
    ("aws_cloudwatch_metric_alarm", {"metric_query": [{"id": "m1", "metric": [{"namespace": "AWS/S3"}]}]}),
    ("aws_dynamodb_table", {"import_table": [], "restore_source_name": None}),
    ("aws_kms_key", {"enable_key_rotation": False}),
    ("aws_s3_bucket_lifecycle_configuration", {"rule": [{"expiration": [{"days": 30}]}]}),
    ("aws_s3_bucket_notification", {"eventbridge": False}),
    ("aws_ssm_parameter", {"tier": "Standard"}),
]
"""Resources that could have such a part, and have none."""


def left_out(type_: str, values: dict[str, Any]) -> set[str]:
    """What the estimate of a resource says is not included."""
    estimate = compare(read_plan(plan(created(f"{type_}.a", values))), environment()).after
    return {item.what for item in estimate.not_included}


@pytest.mark.parametrize(("type_", "what", "values"), USED)
def test_a_part_that_costs_money_is_said(type_: str, what: str, values: dict[str, Any]) -> None:
    assert what in left_out(type_, values)


@pytest.mark.parametrize(("type_", "values"), UNUSED)
def test_a_part_that_is_not_used_is_not_spoken_of(type_: str, values: dict[str, Any]) -> None:
    assert left_out(type_, values).isdisjoint(part.what for part in unpriced.PARTS[type_])


def test_every_part_is_tried() -> None:
    tried = {(type_, what) for type_, what, _ in USED}

    assert tried == {(type_, part.what) for type_, parts in unpriced.PARTS.items() for part in parts}


def test_whatever_the_constructs_can_make_is_priced_or_free_or_named() -> None:
    code = "\n".join(file.read_text() for file in (paths.ROOT / "modules").rglob("*.py"))
    made = {f"aws_{name}" for name in re.findall(r"cdktf_cdktf_provider_aws\.(\w+)", code)} - {"aws_provider"}
    resources = {type_ for type_ in made if not type_.startswith("aws_data_")}

    assert len(resources) > len(ESTIMATORS)
    assert {
        type_
        for type_ in resources
        if type_ not in ESTIMATORS and type_ not in unpriced.TYPES and not FREE.fullmatch(type_)
    } == set()
