from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.integration

READS = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": "table/scaled",
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}
TRACKING = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
}


@pytest.fixture
def autoscaling(sandbox: Sandbox) -> Any:
    return sandbox.client("application-autoscaling")


@pytest.fixture
def target(autoscaling: Any) -> Iterator[str]:
    """The ARN of a scalable target for READS, from 5 to 50."""
    arn: str = autoscaling.register_scalable_target(**READS, MinCapacity=5, MaxCapacity=50)["ScalableTargetARN"]
    yield arn
    autoscaling.deregister_scalable_target(**READS)


def targets(autoscaling: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = autoscaling.describe_scalable_targets(
        ServiceNamespace="dynamodb", ResourceIds=["table/scaled"]
    )["ScalableTargets"]
    return found


def policies(autoscaling: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = autoscaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    return found


def test_a_target_is_as_it_was_registered(autoscaling: Any, target: str) -> None:
    [found] = targets(autoscaling)

    assert found["ScalableTargetARN"] == target
    assert (found["MinCapacity"], found["MaxCapacity"]) == (5, 50)


def test_registering_again_changes_what_is_given(autoscaling: Any, target: str) -> None:
    autoscaling.register_scalable_target(**READS, MaxCapacity=80)

    [found] = targets(autoscaling)
    assert found["ScalableTargetARN"] == target
    assert (found["MinCapacity"], found["MaxCapacity"]) == (5, 80)


def test_a_range_without_a_number_is_refused(autoscaling: Any) -> None:
    with pytest.raises(ClientError, match="Maximum capacity cannot be less than minimum capacity"):
        autoscaling.register_scalable_target(**READS, MinCapacity=9, MaxCapacity=8)


@pytest.mark.usefixtures("target")
def test_a_policy_is_as_it_was_put(autoscaling: Any) -> None:
    autoscaling.put_scaling_policy(
        **READS,
        PolicyName="reads",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=TRACKING,
    )

    [found] = policies(autoscaling)
    assert found["PolicyType"] == "TargetTrackingScaling"
    assert found["TargetTrackingScalingPolicyConfiguration"] == TRACKING


@pytest.mark.usefixtures("target")
def test_a_scheduled_action_is_as_it_was_put_until_it_is_deleted(autoscaling: Any) -> None:
    name = {**READS, "ScheduledActionName": "morning"}
    autoscaling.put_scheduled_action(
        **name, Schedule="cron(0 7 * * ? *)", Timezone="Europe/Berlin", ScalableTargetAction={"MinCapacity": 20}
    )

    [found] = autoscaling.describe_scheduled_actions(ServiceNamespace="dynamodb")["ScheduledActions"]
    autoscaling.delete_scheduled_action(**name)

    assert (found["Schedule"], found["Timezone"]) == ("cron(0 7 * * ? *)", "Europe/Berlin")
    assert found["ScalableTargetAction"] == {"MinCapacity": 20}
    assert autoscaling.describe_scheduled_actions(ServiceNamespace="dynamodb")["ScheduledActions"] == []


def test_without_a_target_there_is_nothing_to_scale(autoscaling: Any) -> None:
    with pytest.raises(ClientError, match="No scalable target registered"):
        autoscaling.put_scaling_policy(**READS, PolicyName="reads", PolicyType="TargetTrackingScaling")


def test_policies_go_with_their_target(autoscaling: Any) -> None:
    autoscaling.register_scalable_target(**READS, MinCapacity=5, MaxCapacity=50)
    autoscaling.put_scaling_policy(**READS, PolicyName="reads", PolicyType="TargetTrackingScaling")

    autoscaling.deregister_scalable_target(**READS)

    assert (targets(autoscaling), policies(autoscaling)) == ([], [])


def test_tags_come_and_go(autoscaling: Any, target: str) -> None:
    autoscaling.tag_resource(ResourceARN=target, Tags={"Project": "a", "Owner": "b"})
    autoscaling.untag_resource(ResourceARN=target, TagKeys=["Owner"])

    assert autoscaling.list_tags_for_resource(ResourceARN=target)["Tags"] == {"Project": "a"}


def test_regions_know_nothing_of_each_other(sandbox: Sandbox, target: str) -> None:
    elsewhere = sandbox.client("application-autoscaling", region="eu-central-1")

    assert targets(elsewhere) == []
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        elsewhere.deregister_scalable_target(**READS)
    assert target
