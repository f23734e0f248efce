"""What Application Auto Scaling says of one service's resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from validation.clients import Clients

Namespace = Literal["dynamodb", "elasticache"]


@dataclass(frozen=True, kw_only=True)
class ScaledNumber:
    """One number that follows the load."""

    minimum: int
    maximum: int
    target: float | None
    """Percent that its policy aims at; None where no policy tracks one."""
    times: int
    """At which its bounds change."""


def scaled_numbers(clients: Clients, namespace: Namespace, resource_prefix: str) -> dict[str, ScaledNumber]:
    """The numbers of the resource and of its parts, by `<resource id> <dimension>`."""
    client = clients.autoscaling
    targets = client.get_paginator("describe_scalable_targets").paginate(ServiceNamespace=namespace)
    policies = client.get_paginator("describe_scaling_policies").paginate(ServiceNamespace=namespace)
    actions = client.get_paginator("describe_scheduled_actions").paginate(ServiceNamespace=namespace)
    goals = {
        f"{policy['ResourceId']} {policy['ScalableDimension']}": policy["TargetTrackingScalingPolicyConfiguration"]
        for page in policies
        for policy in page["ScalingPolicies"]
        if "TargetTrackingScalingPolicyConfiguration" in policy
    }
    times = [
        f"{action['ResourceId']} {action.get('ScalableDimension')}"
        for page in actions
        for action in page["ScheduledActions"]
    ]
    found = {
        f"{target['ResourceId']} {target['ScalableDimension']}": target
        for page in targets
        for target in page["ScalableTargets"]
        if target["ResourceId"] == resource_prefix or target["ResourceId"].startswith(f"{resource_prefix}/")
    }
    return {
        name: ScaledNumber(
            minimum=target["MinCapacity"],
            maximum=target["MaxCapacity"],
            target=goals[name]["TargetValue"] if name in goals else None,
            times=times.count(name),
        )
        for name, target in found.items()
    }
