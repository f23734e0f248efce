"""Gateway endpoints: DynamoDB and S3 without leaving AWS's network."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from environments.schema import Environment
from modules.policy import Statement, document


class GatewayEndpoints(Construct):
    """An endpoint each for DynamoDB and S3 in the given route tables; they cost nothing."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        vpc_id: str,
        route_table_ids: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        policies = {
            "dynamodb": render_account_only(environment),
            "s3": [*render_account_only(environment), render_container_layers(environment)],
        }
        for service, statements in policies.items():
            VpcEndpoint(
                self,
                service,
                vpc_id=vpc_id,
                vpc_endpoint_type="Gateway",
                service_name=f"com.amazonaws.{environment.region}.{service}",
                route_table_ids=list(route_table_ids),
                policy=document(statements),
                tags={"Name": environment.physical_name(service)},
            )


def render_account_only(environment: Environment) -> list[Statement]:
    """Principals of the account reach its own resources; data leaves to no other account this way."""
    own = {"aws:PrincipalAccount": environment.account, "aws:ResourceAccount": environment.account}
    return [
        {
            "Sid": "AccountOnly",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": own},
        }
    ]


def render_container_layers(environment: Environment) -> Statement:
    """Containers in the VPC can be pulled: ECR keeps image layers in a bucket of AWS's own in each region."""
    bucket = f"arn:{environment.partition}:s3:::prod-{environment.region}-starport-layer-bucket"
    return {
        "Sid": "ContainerLayers",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "s3:GetObject",
        "Resource": f"{bucket}/*",
    }
