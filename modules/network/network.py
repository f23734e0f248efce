"""The environment's network: created, or somebody else's."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from environments.schema import CreatedNetwork, Environment, ExistingNetwork
from modules.network.endpoints import GatewayEndpoints
from modules.network.flow_logs import FlowLogs
from modules.network.interface_endpoints import InterfaceEndpoints
from modules.network.private_vpc import PrivateVpc
from modules.network.security_groups import SecurityGroups


class Network(Construct):
    """A VPC with private subnets, a way to DynamoDB and S3 that needs no internet, and two security groups.

    Data of `data_of` are reached from it; where None, those of the environment itself.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        logs_key_arn: str,
        boundary_arn: str,
        data_of: Environment | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.vpc_id: str
        self.subnet_ids: Sequence[str]
        match environment.network:
            case CreatedNetwork() as settings:
                vpc = PrivateVpc(self, "vpc", environment=environment, settings=settings)
                self.vpc_id, self.subnet_ids = vpc.vpc_id, vpc.subnet_ids
                route_table_ids: Sequence[str] = [vpc.route_table_id]
                if settings.flow_logs:
                    FlowLogs(
                        self,
                        "flow-logs",
                        environment=environment,
                        vpc_id=vpc.vpc_id,
                        key_arn=logs_key_arn,
                        boundary_arn=boundary_arn,
                    )
            case ExistingNetwork() as settings:
                self.vpc_id, self.subnet_ids = settings.vpc_id, settings.subnet_ids
                route_table_ids = settings.route_table_ids
        if route_table_ids:
            GatewayEndpoints(
                self,
                "endpoints",
                environment=environment,
                data_of=data_of or environment,
                vpc_id=self.vpc_id,
                route_table_ids=route_table_ids,
            )
        groups = SecurityGroups(self, "security-groups", environment=environment, vpc_id=self.vpc_id)
        if environment.network.interface_endpoints:
            InterfaceEndpoints(
                self,
                "interface-endpoints",
                environment=environment,
                data_of=data_of or environment,
                vpc_id=self.vpc_id,
                subnet_ids=self.subnet_ids,
                clients_security_group_id=groups.clients.id,
            )
        self.redis_security_group_id: str = groups.redis.id
        self.clients_security_group_id: str = groups.clients.id
