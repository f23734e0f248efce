"""What the role may do by which CloudTrail writes to a log group, and who may take it."""

from __future__ import annotations

from environments import arns
from environments.schema import Environment
from modules.policy import Statement


def render_trust(environment: Environment) -> Statement:
    """CloudTrail may take the role for the environment's own trail, and on nobody else's behalf."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": environment.account},
            "ArnEquals": {"aws:SourceArn": arns.trail_arn(environment)},
        },
    }


def render_permissions(log_group_arn: str) -> list[Statement]:
    """What the role may do: write to one log group."""
    return [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn}:*",
        }
    ]
