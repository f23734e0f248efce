"""Gateway endpoints: DynamoDB and S3 without leaving AWS's network."""

from __future__ import annotations

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from environments.schema import CreatedNetwork, Environment
from modules.policy import Statement, document


class GatewayEndpoints(Construct):
    """An endpoint each for DynamoDB and S3 in the given route tables; they cost nothing."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        data_of: Environment,
        vpc_id: str,
        route_table_ids: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        policies = {
            "dynamodb": render_own_data(environment, "dynamodb", data_of=data_of),
            "s3": [*render_own_data(environment, "s3", data_of=data_of), render_container_layers(environment)],
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


def render_own_data(environment: Environment, service: str, *, data_of: Environment) -> list[Statement]:
    """Principals of the account reach what `data_of` keeps in `service`; data leaves to nowhere else this way.

    In somebody else's network, where others have their data too, they reach whatever belongs to the account.
    """
    own = {"aws:PrincipalAccount": environment.account, "aws:ResourceAccount": environment.account}
    is_ours = isinstance(environment.network, CreatedNetwork)
    return [
        {
            "Sid": "OwnData",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": f"{service}:*",
            "Resource": _resources(environment, service, data_of.physical_name("*")) if is_ours else "*",
            "Condition": {"StringEquals": own},
        }
    ]


def _resources(environment: Environment, service: str, name: str) -> list[str]:
    place = f"arn:{environment.partition}:{service}:{environment.region}:{environment.account}"
    match service:
        case "s3":
            # A bucket and its objects, and the same through an access point.
            return [f"arn:{environment.partition}:s3:::{name}", f"{place}:accesspoint/{name}"]
        case _:
            return [f"{place}:table/{name}"]


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
