"""What happens when the budget is used up: nothing more may be created or enlarged by given roles."""

from __future__ import annotations

from typing import Final

from cdktf_cdktf_provider_aws.budgets_budget_action import (
    BudgetsBudgetAction,
    BudgetsBudgetActionActionThreshold,
    BudgetsBudgetActionDefinition,
    BudgetsBudgetActionDefinitionIamActionDefinition,
    BudgetsBudgetActionSubscriber,
)
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from environments.schema import Environment, Freeze
from modules.policy import Statement, document

FROZEN: Final = (
    "dynamodb:CreateGlobalTable",
    "dynamodb:CreateTable",
    "dynamodb:CreateTableReplica",
    "dynamodb:ImportTable",
    "dynamodb:RestoreTableFromBackup",
    "dynamodb:RestoreTableToPointInTime",
    "ec2:CreateNatGateway",
    "ec2:CreateVpcEndpoint",
    "elasticache:CreateCacheCluster",
    "elasticache:CreateGlobalReplicationGroup",
    "elasticache:CreateReplicationGroup",
    "elasticache:CreateServerlessCache",
    "elasticache:IncreaseNodeGroupsInGlobalReplicationGroup",
    "elasticache:IncreaseReplicaCount",
    "elasticache:ModifyReplicationGroupShardConfiguration",
    "s3:CreateBucket",
)
"""What begins or raises a standing cost. What serves users is left alone: no budget is worth an outage."""


class Freezing(Construct):
    """Attaches a denying policy to roles when the budget is used up, at once or after approval."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        freeze: Freeze,
        budget_name: str,
        topic_arn: str,
        boundary_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        name = environment.physical_name("freeze")
        policy = IamPolicy(
            self,
            "policy",
            name=name,
            description="Denies what begins or raises a standing cost; attached when the budget is used up",
            policy=document([render_frozen()]),
        )
        role = IamRole(
            self,
            "role",
            name=name,
            description="Lets AWS Budgets attach the denying policy",
            assume_role_policy=document([render_trust(environment)]),
            permissions_boundary=boundary_arn,
        )
        permissions = IamRolePolicy(
            self,
            "permissions",
            role=role.id,
            policy=document([render_permissions(environment, freeze, policy.arn)]),
        )
        BudgetsBudgetAction(
            self,
            "action",
            budget_name=budget_name,
            action_type="APPLY_IAM_POLICY",
            approval_model=freeze.approval.upper(),
            notification_type="ACTUAL",
            execution_role_arn=role.arn,
            action_threshold=BudgetsBudgetActionActionThreshold(
                action_threshold_type="PERCENTAGE", action_threshold_value=freeze.percent
            ),
            definition=BudgetsBudgetActionDefinition(
                iam_action_definition=BudgetsBudgetActionDefinitionIamActionDefinition(
                    policy_arn=policy.arn, roles=list(freeze.roles)
                )
            ),
            subscriber=[BudgetsBudgetActionSubscriber(subscription_type="SNS", address=topic_arn)],
            depends_on=[permissions],
        )


def render_frozen() -> Statement:
    """Whoever has this policy creates and enlarges nothing."""
    return {"Sid": "BudgetUsedUp", "Effect": "Deny", "Action": list(FROZEN), "Resource": "*"}


def render_trust(environment: Environment) -> Statement:
    """AWS Budgets may take the role, for the budgets of this account alone."""
    return {
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": environment.account},
            "ArnLike": {"aws:SourceArn": f"arn:{environment.partition}:budgets::{environment.account}:budget/*"},
        },
    }


def render_permissions(environment: Environment, freeze: Freeze, policy_arn: str) -> Statement:
    """What the role may do: attach one policy to the given roles, and take it off again."""
    return {
        "Effect": "Allow",
        "Action": ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
        "Resource": [f"arn:{environment.partition}:iam::{environment.account}:role/{role}" for role in freeze.roles],
        "Condition": {"ArnEquals": {"iam:PolicyARN": policy_arn}},
    }
