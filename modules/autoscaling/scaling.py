"""Lets a number of a resource follow the load, by a target and by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from environments.schema import Scaled


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """What is scaled, as Application Auto Scaling names it."""

    namespace: str
    resource_id: str
    name: str
    metric: str
    """What is to be used to the target percentage."""


class Scaling(Construct):
    """A scalable target, the policy that tracks its use, and the times at which its bounds change."""

    def __init__(self, scope: Construct, id_: str, *, dimension: Dimension, settings: Scaled) -> None:
        super().__init__(scope, id_)
        target = AppautoscalingTarget(
            self,
            "target",
            service_namespace=dimension.namespace,
            resource_id=dimension.resource_id,
            scalable_dimension=dimension.name,
            min_capacity=settings.minimum,
            max_capacity=settings.maximum,
            # A scheduled action sets the bounds of the target itself.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["min_capacity", "max_capacity"])
            if settings.schedule
            else None,
        )
        place: dict[str, Any] = {
            "service_namespace": target.service_namespace,
            "resource_id": target.resource_id,
            "scalable_dimension": target.scalable_dimension,
        }
        self.policy = AppautoscalingPolicy(
            self,
            "policy",
            name=f"{dimension.name}:{dimension.resource_id}",
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                target_value=settings.target_utilization,
                predefined_metric_specification=AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification(
                    predefined_metric_type=dimension.metric
                ),
            ),
            **place,
        )
        for number, each in enumerate(settings.schedule, start=1):
            AppautoscalingScheduledAction(
                self,
                f"action-{number}",
                name=f"{dimension.name.rpartition(':')[2]}-{number}",
                schedule=each.at,
                timezone=each.time_zone,
                scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                    min_capacity=None if each.minimum is None else str(each.minimum),
                    max_capacity=None if each.maximum is None else str(each.maximum),
                ),
                **place,
            )
