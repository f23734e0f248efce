"""A record of who talked to whom in the VPC."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from environments.schema import Environment
from modules.policy import Statement, document


class FlowLogs(Construct):
    """All traffic of a VPC, accepted and rejected, in an encrypted log group."""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, vpc_id: str, key_arn: str, boundary_arn: str
    ) -> None:
        super().__init__(scope, id_)
        group = CloudwatchLogGroup(
            self,
            "group",
            name=environment.log_group_name("flow-logs"),
            retention_in_days=environment.logs.retention_days,
            kms_key_id=key_arn,
        )
        role = IamRole(
            self,
            "role",
            name=environment.physical_name("flow-logs"),
            description="Lets VPC flow logs write to their log group",
            assume_role_policy=document([render_trust(environment)]),
            permissions_boundary=boundary_arn,
        )
        permissions = IamRolePolicy(self, "permissions", role=role.id, policy=document(render_permissions(group.arn)))
        FlowLog(
            self,
            "log",
            vpc_id=vpc_id,
            traffic_type="ALL",
            # Seconds; the other choice is 600, by which time an incident is over.
            max_aggregation_interval=60,
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags={"Name": environment.physical_name("flow-logs")},
            depends_on=[permissions],
        )


def render_trust(environment: Environment) -> Statement:
    """Flow logs of this account and region may take the role, on nobody else's behalf."""
    flow_logs = f"arn:{environment.partition}:ec2:{environment.region}:{environment.account}:vpc-flow-log/*"
    return {
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": environment.account},
            "ArnLike": {"aws:SourceArn": flow_logs},
        },
    }


def render_permissions(log_group_arn: str) -> list[Statement]:
    """What the role may do: write to one log group."""
    return [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn}:*",
        },
        # Describing has no narrower resource.
        {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
    ]
