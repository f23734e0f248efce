"""A VPC without a way in or out."""

from __future__ import annotations

from cdktf_cdktf_provider_aws.data_aws_availability_zones import (
    DataAwsAvailabilityZones,
    DataAwsAvailabilityZonesFilter,
)
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from constructs import Construct

from environments.schema import CreatedNetwork, Environment


class PrivateVpc(Construct):
    """One private subnet in each zone, no internet gateway, no NAT; its default security group allows nothing."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, settings: CreatedNetwork) -> None:
        super().__init__(scope, id_)
        name = environment.physical_name("network")
        vpc = Vpc(
            self,
            "vpc",
            cidr_block=str(settings.cidr),
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": name},
        )
        # Which zones an account has is not a rule that can be computed: Tokyo has no b, and local zones are opt-in.
        zones = DataAwsAvailabilityZones(
            self,
            "zones",
            filter=[DataAwsAvailabilityZonesFilter(name="opt-in-status", values=["opt-in-not-required"])],
        )
        routes = RouteTable(self, "routes", vpc_id=vpc.id, tags={"Name": name})
        subnets = [
            Subnet(
                self,
                f"subnet-{number}",
                vpc_id=vpc.id,
                cidr_block=str(cidr),
                availability_zone=zones.get_string_attribute(f"names[{number}]"),
                map_public_ip_on_launch=False,
                tags={"Name": f"{name}-private-{number}"},
            )
            for number, cidr in enumerate(settings.private_subnets)
        ]
        for number, subnet in enumerate(subnets):
            RouteTableAssociation(self, f"routes-{number}", subnet_id=subnet.id, route_table_id=routes.id)
        DefaultSecurityGroup(self, "default-security-group", vpc_id=vpc.id, tags={"Name": f"{name}-unused"})
        self.vpc_id: str = vpc.id
        self.subnet_ids: list[str] = [subnet.id for subnet in subnets]
        self.route_table_id: str = routes.id
